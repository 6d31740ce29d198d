import type { ReleaseRecord } from '../release-ports.ts'
import { commitPart, type HookCommit, type HookPlace, projectPart, projectUrl } from './hook-place.ts'

export type ReleaseNews = {
  readonly action: 'create' | 'update' | 'delete'
  readonly release: ReleaseRecord
  /** Null: it is not there any more. */
  readonly commit: HookCommit | null
}

export function releasePayload({ action, release, commit }: ReleaseNews, place: HookPlace) {
  return {
    id: release.id,
    created_at: release.createdAt,
    description: release.description,
    name: release.name,
    released_at: release.releasedAt,
    tag: release.tagName,
    object_kind: 'release',
    project: projectPart(place),
    url: `${projectUrl(place)}/-/releases/${encodeURIComponent(release.tagName)}`,
    action,
    assets: {
      count: release.links.length,
      links: release.links.map(({ id, linkType, name, url }) => ({ id, link_type: linkType, name, url })),
      sources: [],
    },
    commit: commit === null ? null : commitPart(commit, place),
  }
}
