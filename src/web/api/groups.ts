import { change, getAll, getJson, getPage, type Page, type Query } from './client.ts'
import type { Project, Visibility } from './projects.ts'

export type Group = {
  readonly id: number
  readonly name: string
  readonly path: string
  readonly full_path: string
  readonly description: string | null
  readonly visibility: Visibility
  readonly parent_id: number | null
}

export type Namespace = {
  readonly id: number
  readonly kind: 'user' | 'group'
  readonly full_path: string
  readonly name: string
}

export function groupUrl(group: string | number, rest = ''): string {
  return `groups/${encodeURIComponent(group)}${rest === '' ? '' : `/${rest}`}`
}

export function listGroups(query: Query, signal: AbortSignal): Promise<Page<Group>> {
  return getPage<Group>('groups', { query, signal })
}

export function readGroup(path: string, signal: AbortSignal): Promise<Group> {
  return getJson<Group>(groupUrl(path), { signal })
}

export function listGroupProjects(path: string, query: Query, signal: AbortSignal): Promise<Page<Project>> {
  return getPage<Project>(groupUrl(path, 'projects'), { query, signal })
}

export function listSubgroups(path: string, signal: AbortSignal): Promise<readonly Group[]> {
  return getAll<Group>(groupUrl(path, 'subgroups'), { signal })
}

/** Groups in which the reader may make projects. */
export function groupsForProjects(signal: AbortSignal): Promise<readonly Group[]> {
  return getAll<Group>('groups', { query: { min_access_level: 30 }, signal })
}

export type GroupInput = {
  readonly name: string
  readonly path: string
  readonly visibility: Visibility
  readonly description: string
  readonly parent_id?: number
}

export function createGroup(body: GroupInput): Promise<Group> {
  return change<Group>('POST', 'groups', { body })
}

export function deleteGroup(path: string): Promise<unknown> {
  return change('DELETE', groupUrl(path))
}
