// The Container Registry as the pages see it. Deleting and rules are GitLab's; the lists with who pushed what are Slipway's.
import type { Named } from '../ui/person.tsx'
import { change, getAll, getJson, getPage, type Page, projectUrl, type Query } from './client.ts'

export type Repository = {
  readonly id: number
  readonly name: string
  /** As docker names it, without the host. */
  readonly path: string
  /** With the host. */
  readonly location: string
  readonly created_at: string
  readonly tags_count: number
  readonly size_bytes: number
  readonly last_pushed_at: string | null
}

export type TagRow = {
  readonly name: string
  readonly location: string
  readonly digest: string
  readonly media_type: string
  readonly size_bytes: number
  readonly platforms: readonly string[]
  readonly pushed_at: string
  readonly last_pulled_at: string | null
  readonly pushed_by: string
  readonly user: Named | null
  readonly job: { readonly id: number; readonly name: string } | null
  readonly pipeline_id: number | null
  readonly commit_sha: string | null
  readonly signatures: number
  readonly attestations: number
  readonly is_protected: boolean
}

export type ImageManifest = {
  readonly digest: string
  readonly media_type: string
  readonly platform: string | null
  readonly size_bytes: number
}

export type Referrer = {
  readonly digest: string
  readonly artifact_type: string
  readonly kind: 'signature' | 'attestation' | 'sbom' | 'other'
  readonly size_bytes: number
  readonly created_at: string
}

export type TagDetails = TagRow & {
  readonly created_at: string
  readonly manifests: readonly ImageManifest[]
  readonly referrers: readonly Referrer[]
  readonly layers: readonly {
    readonly digest: string
    readonly size_bytes: number
    readonly created_by: string | null
  }[]
  readonly labels: Readonly<Record<string, string>>
  readonly other_tags: readonly string[]
}

export type Usage = {
  readonly size_bytes: number
  readonly tags: number
  readonly repositories: number
  readonly quota_bytes: number | null
  readonly reclaimable_bytes: number
}

const base = (project: string, rest = ''): string => projectUrl(project, `registry/${rest}`)

export function listRepositories(project: string, query: Query, signal: AbortSignal): Promise<Page<Repository>> {
  return getPage<Repository>(`slipway/${base(project, 'repositories')}`, { query, signal })
}

export function readUsage(project: string, signal: AbortSignal): Promise<Usage> {
  return getJson<Usage>(`slipway/${base(project, 'usage')}`, { signal })
}

export function deleteRepository(project: string, id: number): Promise<unknown> {
  return change('DELETE', base(project, `repositories/${id}`))
}

export function listImageTags(
  project: string,
  repository: string,
  query: Query,
  signal: AbortSignal,
): Promise<Page<TagRow>> {
  return getPage<TagRow>(`slipway/${base(project, `repositories/${repository}/tags`)}`, { query, signal })
}

export function readImageTag(
  project: string,
  repository: string,
  tag: string,
  signal: AbortSignal,
): Promise<TagDetails> {
  return getJson<TagDetails>(`slipway/${base(project, `repositories/${repository}/tags/${encodeURIComponent(tag)}`)}`, {
    signal,
  })
}

export function deleteImageTag(project: string, repository: string, tag: string): Promise<unknown> {
  return change('DELETE', base(project, `repositories/${repository}/tags/${encodeURIComponent(tag)}`))
}

export type DeletionPreview = {
  readonly tags: readonly string[]
  readonly kept: readonly { readonly tag: string; readonly reason: string }[]
  /** Bytes that come back once nothing else holds them. */
  readonly freed_bytes: number
}

export function previewDeletion(
  project: string,
  repository: string,
  tags: readonly string[],
): Promise<DeletionPreview> {
  return change<DeletionPreview>('POST', `slipway/${base(project, `repositories/${repository}/preview`)}`, {
    body: { tags },
  })
}

export type CleanupPolicy = {
  readonly enabled: boolean
  readonly cadence: string
  readonly keep_n: number | null
  readonly older_than: string | null
  readonly name_regex: string
  readonly name_regex_keep: string | null
  readonly next_run_at: string | null
}

export type CleanupPreview = {
  readonly repositories: readonly (DeletionPreview & { readonly path: string })[]
  readonly freed_bytes: number
}

export function readPolicy(project: string, signal: AbortSignal): Promise<CleanupPolicy> {
  return getJson<CleanupPolicy>(`slipway/${base(project, 'policy')}`, { signal })
}

export function savePolicy(project: string, policy: CleanupPolicy): Promise<CleanupPolicy> {
  return change<CleanupPolicy>('PUT', `slipway/${base(project, 'policy')}`, { body: policy })
}

export function previewPolicy(project: string, policy: CleanupPolicy): Promise<CleanupPreview> {
  return change<CleanupPreview>('POST', `slipway/${base(project, 'policy/preview')}`, { body: policy })
}

export function runPolicy(project: string): Promise<CleanupPreview> {
  return change<CleanupPreview>('POST', `slipway/${base(project, 'policy/run')}`)
}

export type TagRule = {
  readonly id: number
  readonly tag_name_pattern: string
  readonly minimum_access_level_for_push: string | null
  readonly minimum_access_level_for_delete: string | null
}

export function listTagRules(project: string, signal: AbortSignal): Promise<readonly TagRule[]> {
  return getAll<TagRule>(base(project, 'protection/tag/rules'), { signal })
}

export function createTagRule(project: string, body: Omit<TagRule, 'id'>): Promise<TagRule> {
  return change<TagRule>('POST', base(project, 'protection/tag/rules'), { body })
}

export function deleteTagRule(project: string, id: number): Promise<unknown> {
  return change('DELETE', base(project, `protection/tag/rules/${id}`))
}
