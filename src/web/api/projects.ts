// Projects as GitLab's API shows them, as far as the pages need it.
import { change, getJson, getPage, type Page, projectUrl, type Query } from './client.ts'
import { prime, type Resource, useResource } from './resource.ts'

export type Visibility = 'private' | 'internal' | 'public'

export type Project = {
  readonly id: number
  readonly name: string
  readonly path: string
  readonly path_with_namespace: string
  readonly description: string | null
  readonly visibility: Visibility
  readonly default_branch: string | null
  readonly empty_repo?: boolean
  readonly archived: boolean
  readonly created_at: string
  readonly last_activity_at?: string
  readonly http_url_to_repo: string
  readonly builds_access_level?: string
  readonly jobs_enabled?: boolean
  readonly container_registry_enabled?: boolean
  readonly container_registry_access_level?: string
  readonly container_registry_image_prefix?: string
  readonly namespace: { readonly full_path: string; readonly kind: string }
  readonly permissions?: {
    readonly project_access: { readonly access_level: number } | null
    readonly group_access: { readonly access_level: number } | null
  }
}

export const developer = 30
export const maintainer = 40
export const owner = 50

export function useProject(path: string): Resource<Project> {
  return useResource(keyOf(path), signal => readProject(path, signal))
}

export function primeProject(path: string): Promise<void> {
  return prime(keyOf(path), signal => readProject(path, signal))
}

function keyOf(path: string): string {
  return `project:${path}`
}

function readProject(path: string, signal: AbortSignal): Promise<Project> {
  return getJson<Project>(projectUrl(path), { signal })
}

export function listProjects(query: Query, signal?: AbortSignal): Promise<Page<Project>> {
  return getPage<Project>('projects', signal === undefined ? { query } : { query, signal })
}

export function createProject(body: Readonly<Record<string, unknown>>): Promise<Project> {
  return change<Project>('POST', 'projects', { body })
}

export function changeProject(path: string, body: Readonly<Record<string, unknown>>): Promise<Project> {
  return change<Project>('PUT', projectUrl(path), { body })
}

export function setProjectArchived(path: string, archived: boolean): Promise<Project> {
  return change<Project>('POST', projectUrl(path, archived ? 'archive' : 'unarchive'))
}

export function deleteProject(path: string): Promise<null> {
  return change<null>('DELETE', projectUrl(path))
}

/** The reader's own role in the project; 0 for none. */
export function levelIn(project: Project | undefined, isAdmin: boolean): number {
  if (project === undefined) return 0
  if (isAdmin) return owner
  return Math.max(
    project.permissions?.project_access?.access_level ?? 0,
    project.permissions?.group_access?.access_level ?? 0,
  )
}

export function hasRegistry(project: Project): boolean {
  return project.container_registry_enabled !== false && project.container_registry_access_level !== 'disabled'
}

export function hasPipelines(project: Project): boolean {
  return project.jobs_enabled !== false && project.builds_access_level !== 'disabled'
}
