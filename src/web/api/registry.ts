// The Container Registry as the pages see it: GitLab's resources, and rows with all that is known of a tag.
import type { Named } from '../ui/person.tsx'
import { change, getJson, getPage, type Page, projectUrl, type Query } from './client.ts'

export type Repository = {
  readonly id: number
  /** As docker names it, without the host. */
  readonly path: string
  /** With the host. */
  readonly location: string
  readonly created_at: string
  readonly tags_count: number
  readonly size: number
  readonly last_published_at: string | null
}

export type TagRow = {
  readonly name: string
  readonly location: string
  readonly digest: string
  readonly media_type: string
  readonly size_bytes: number
  readonly platforms: readonly string[]
  readonly pushed_at: string
  readonly created_at: string
  readonly last_pulled_at: string | null
  readonly pushed_by: string
  readonly user: Named | null
  readonly job: { readonly id: number; readonly name: string } | null
  readonly pipeline_id: number | null
  readonly commit_sha: string | null
  readonly signatures: number
  readonly attestations: number
  /** Why the reader may not delete it; null: it may be deleted. */
  readonly kept_because: string | null
  readonly other_tags: readonly string[]
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
  readonly created_at: string | null
}
export type Layer = { readonly digest: string; readonly size_bytes: number; readonly created_by: string | null }

export type TagDetails = TagRow & {
  readonly manifests: readonly ImageManifest[]
  readonly referrers: readonly Referrer[]
  readonly layers: readonly Layer[]
  readonly labels: Readonly<Record<string, string>>
}

export type Usage = {
  readonly used_bytes: number
  readonly reclaimable_bytes: number
  readonly tags: number
  readonly repositories: number
  readonly quota_bytes: number | null
}

export function registryUrl(project: string, rest: string): string {
  return projectUrl(project, `registry/${rest}`)
}

export function listRepositories(project: string, query: Query, signal: AbortSignal): Promise<Page<Repository>> {
  return getPage<Repository>(registryUrl(project, 'repositories'), { query: { ...query, tags_count: true }, signal })
}

export function readRepository(id: string, signal: AbortSignal): Promise<Repository> {
  return getJson<Repository>(`registry/repositories/${id}`, { signal })
}

export function readUsage(project: string, signal: AbortSignal): Promise<Usage> {
  return getJson<Usage>(registryUrl(project, 'usage'), { signal })
}

export function deleteRepository(project: string, id: number): Promise<unknown> {
  return change('DELETE', registryUrl(project, `repositories/${id}`))
}

export function listImageTags(
  project: string,
  repository: string,
  query: Query,
  signal: AbortSignal,
): Promise<Page<TagRow>> {
  return getPage<TagRow>(`slipway/${registryUrl(project, `repositories/${repository}/tags`)}`, { query, signal })
}

export function readImageTag(
  project: string,
  repository: string,
  tag: string,
  signal: AbortSignal,
): Promise<TagDetails> {
  const path = `repositories/${repository}/tags/${encodeURIComponent(tag)}`
  return getJson<TagDetails>(`slipway/${registryUrl(project, path)}`, { signal })
}

export function deleteImageTag(project: string, repository: string, tag: string): Promise<unknown> {
  return change('DELETE', registryUrl(project, `repositories/${repository}/tags/${encodeURIComponent(tag)}`))
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
  return change<DeletionPreview>('POST', `slipway/${registryUrl(project, `repositories/${repository}/preview`)}`, {
    body: { tags },
  })
}
