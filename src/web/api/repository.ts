import type { Named } from '../ui/person.tsx'
import { change, getJson, getPage, getText, type Page, projectUrl, type Query } from './client.ts'

export type Commit = {
  readonly id: string
  readonly short_id: string
  readonly title: string
  readonly message: string
  readonly author_name: string
  readonly author_email: string
  readonly authored_date: string
  readonly committed_date: string
  readonly created_at: string
  readonly parent_ids: readonly string[]
  readonly stats?: { readonly additions: number; readonly deletions: number; readonly total: number }
}

export type Branch = {
  readonly name: string
  readonly default: boolean
  readonly protected: boolean
  readonly merged?: boolean
  readonly commit: Commit
}
export type Tag = {
  readonly name: string
  readonly message: string | null
  readonly protected?: boolean
  readonly commit: Commit
  readonly created_at?: string | null
}
export type TreeEntry = {
  readonly id: string
  readonly name: string
  readonly type: 'tree' | 'blob' | 'commit'
  readonly path: string
  readonly mode: string
}
export type Author = Named

export function listBranches(project: string, query: Query, signal: AbortSignal): Promise<Page<Branch>> {
  return getPage<Branch>(projectUrl(project, 'repository/branches'), { query, signal })
}

export function listTags(project: string, query: Query, signal: AbortSignal): Promise<Page<Tag>> {
  return getPage<Tag>(projectUrl(project, 'repository/tags'), { query, signal })
}

export function createBranch(project: string, branch: string, ref: string): Promise<Branch> {
  return change<Branch>('POST', projectUrl(project, 'repository/branches'), { body: { branch, ref } })
}

export function deleteBranch(project: string, branch: string): Promise<unknown> {
  return change('DELETE', projectUrl(project, `repository/branches/${encodeURIComponent(branch)}`))
}

export function createTag(
  project: string,
  body: { readonly tag_name: string; readonly ref: string; readonly message: string },
): Promise<Tag> {
  return change<Tag>('POST', projectUrl(project, 'repository/tags'), { body })
}

export function deleteTag(project: string, tag: string): Promise<unknown> {
  return change('DELETE', projectUrl(project, `repository/tags/${encodeURIComponent(tag)}`))
}

export function listCommits(project: string, query: Query, signal: AbortSignal): Promise<Page<Commit>> {
  return getPage<Commit>(projectUrl(project, 'repository/commits'), { query, signal })
}

export function readCommit(project: string, sha: string, signal: AbortSignal): Promise<Commit> {
  return getJson<Commit>(projectUrl(project, `repository/commits/${encodeURIComponent(sha)}`), {
    query: { stats: true },
    signal,
  })
}

export type FileDiff = {
  readonly old_path: string
  readonly new_path: string
  readonly new_file: boolean
  readonly deleted_file: boolean
  readonly renamed_file: boolean
  readonly diff: string
}

export function readDiff(project: string, sha: string, signal: AbortSignal): Promise<readonly FileDiff[]> {
  return getJson(projectUrl(project, `repository/commits/${encodeURIComponent(sha)}/diff`), {
    query: { per_page: 100 },
    signal,
  })
}

export function listTree(project: string, query: Query, signal: AbortSignal): Promise<Page<TreeEntry>> {
  return getPage<TreeEntry>(projectUrl(project, 'repository/tree'), { query: { per_page: 100, ...query }, signal })
}

export function readFile(project: string, path: string, ref: string, signal: AbortSignal): Promise<string> {
  return getText(projectUrl(project, `repository/files/${encodeURIComponent(path)}/raw`), { query: { ref }, signal })
}
