import type { Named } from '../ui/person.tsx'
import { getJson, getPage, type Page, projectUrl, type Query } from './client.ts'
import type { Commit } from './repository.ts'

export type ReleaseLink = {
  readonly id: number
  readonly name: string
  readonly url: string
  readonly link_type: string
}

export type Release = {
  readonly name: string
  readonly tag_name: string
  /** Markdown. */
  readonly description: string
  readonly released_at: string
  readonly upcoming_release: boolean
  readonly author: Named | null
  readonly commit: Pick<Commit, 'id'> | null
  readonly milestones: readonly { readonly title: string }[]
  readonly assets: { readonly links: readonly ReleaseLink[] }
}

export function listReleases(project: string, query: Query, signal: AbortSignal): Promise<Page<Release>> {
  return getPage<Release>(projectUrl(project, 'releases'), { query, signal })
}

export function readRelease(project: string, tag: string, signal: AbortSignal): Promise<Release> {
  return getJson<Release>(projectUrl(project, `releases/${encodeURIComponent(tag)}`), { signal })
}
