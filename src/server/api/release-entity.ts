// Releases as GitLab's API shows them.
import { Type } from '@fastify/type-provider-typebox'
import type { Commit } from '../../git/object-format.ts'
import type { ReleaseLinkRecord, ReleaseRecord } from '../../run/release-ports.ts'
import { commitEntity, toCommit } from './commit-entity.ts'
import type { Person } from './run-view.ts'
import { userBasic } from './user-entity.ts'

export const releaseLinkEntity = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  url: Type.String(),
  direct_asset_url: Type.String(),
  link_type: Type.String(),
})

export const releaseEntity = Type.Object({
  name: Type.String(),
  tag_name: Type.String(),
  description: Type.String(),
  created_at: Type.String(),
  released_at: Type.String(),
  upcoming_release: Type.Boolean(),
  author: Type.Union([userBasic, Type.Null()]),
  commit: Type.Union([commitEntity, Type.Null()]),
  milestones: Type.Array(Type.Object({ title: Type.String() })),
  commit_path: Type.String(),
  tag_path: Type.String(),
  assets: Type.Object({
    count: Type.Integer(),
    sources: Type.Array(Type.Object({ format: Type.String(), url: Type.String() })),
    links: Type.Array(releaseLinkEntity),
  }),
  evidences: Type.Array(Type.Object({})),
  _links: Type.Object({ self: Type.String() }),
})

export type ReleaseParts = {
  readonly release: ReleaseRecord
  readonly author: Person | null
  /** Null: it is not there any more. */
  readonly commit: Commit | null
  /** As browsers see it. */
  readonly projectUrl: string
  readonly now: Date
}

export function toRelease({ release, author, commit, projectUrl, now }: ReleaseParts) {
  const path = new URL(projectUrl).pathname.replace(/\/$/, '')
  const links = release.links.map(link => toReleaseLink(link, release.tagName, projectUrl))
  return {
    name: release.name,
    tag_name: release.tagName,
    description: release.description,
    created_at: release.createdAt,
    released_at: release.releasedAt,
    upcoming_release: Date.parse(release.releasedAt) > now.getTime(),
    author,
    commit: commit === null ? null : toCommit(commit, projectUrl),
    milestones: release.milestones.map(title => ({ title })),
    commit_path: `${path}/-/commit/${release.sha}`,
    tag_path: `${path}/-/tags/${release.tagName}`,
    assets: { count: links.length, sources: [], links },
    evidences: [],
    _links: { self: `${projectUrl}/-/releases/${encodeURIComponent(release.tagName)}` },
  }
}

export function toReleaseLink(link: ReleaseLinkRecord, tagName: string, projectUrl: string) {
  const below = `${projectUrl}/-/releases/${encodeURIComponent(tagName)}/downloads${link.filepath ?? ''}`
  return {
    id: link.id,
    name: link.name,
    url: link.url,
    // Only with a path is there an address of ours.
    direct_asset_url: link.filepath === null ? link.url : below,
    link_type: link.linkType,
  }
}
