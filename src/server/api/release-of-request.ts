// The release that a path names, and how it is shown.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { UserStore } from '../../access/store-ports.ts'
import type { Repositories } from '../../git/repositories.ts'
import {
  linkTypes,
  type MakeTag,
  type NewReleaseLink,
  type ReleaseRecord,
  type ReleaseStore,
} from '../../run/release-ports.ts'
import type { RunReader } from '../../run/store-ports.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableString, oneOf } from '../schema.ts'
import { toRelease } from './release-entity.ts'
import { peopleOf } from './run-view.ts'

export type ReleasesDeps = {
  /** As browsers see the server. */
  readonly url: string
  readonly now: () => Date
  readonly releases: ReleaseStore
  readonly makeTag: MakeTag
  readonly users: Pick<UserStore, 'byId'>
  readonly repositories: Pick<Repositories, 'resolve' | 'commit'>
  readonly reads: Pick<RunReader, 'job' | 'pipeline'>
}

export const releasesPath = '/api/v4/projects/:id/releases'
export const releaseParams = Type.Object({ ...idParameter, tag_name: Type.String({ minLength: 1, maxLength: 255 }) })
export const readReleases = { policy: { kind: 'project', action: 'read_releases' } } as const
export const changeReleases = { policy: { kind: 'project', action: 'change_releases' } } as const

export const releaseFields = {
  milestones: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 100 })),
  description: Type.Optional(nullableString),
  released_at: Type.Optional(Type.String({ maxLength: 100 })),
}

export const linkFields = {
  name: Type.String({ minLength: 1, maxLength: 255 }),
  url: Type.String({ pattern: '^(https?|ftp)://\\S+$', maxLength: 2048 }),
  direct_asset_path: Type.Optional(Type.String({ pattern: '^/\\S*$', maxLength: 128 })),
  /** GitLab's older word for the same. */
  filepath: Type.Optional(Type.String({ pattern: '^/\\S*$', maxLength: 128 })),
  link_type: Type.Optional(oneOf(linkTypes)),
}

type LinkBody = {
  readonly name: string
  readonly url: string
  readonly direct_asset_path?: string
  readonly filepath?: string
  readonly link_type?: (typeof linkTypes)[number]
}

export function newLinkOf(body: LinkBody): NewReleaseLink {
  return {
    name: body.name,
    url: body.url,
    filepath: body.direct_asset_path ?? body.filepath ?? null,
    linkType: body.link_type ?? 'other',
  }
}

export async function releaseOf(deps: ReleasesDeps, request: FastifyRequest): Promise<ReleaseRecord> {
  const { tag_name: tagName } = request.params as { readonly tag_name: string }
  const release = await deps.releases.byTag(projectOf(request).project.id, tagName)
  if (release === null) throw notFound('Release')
  return release
}

export function projectUrlOf(deps: ReleasesDeps, request: FastifyRequest): string {
  return `${deps.url}/${projectOf(request).project.fullPath}`
}

export async function showReleases(deps: ReleasesDeps, request: FastifyRequest, releases: readonly ReleaseRecord[]) {
  const people = await peopleOf(
    deps,
    releases.map(release => release.authorId),
  )
  return Promise.all(
    releases.map(async release =>
      toRelease({
        release,
        author: people.get(release.authorId) ?? null,
        commit: await deps.repositories.commit(release.projectId, release.sha),
        projectUrl: projectUrlOf(deps, request),
        now: deps.now(),
      }),
    ),
  )
}

export async function showRelease(deps: ReleasesDeps, request: FastifyRequest, release: ReleaseRecord) {
  const [entity] = await showReleases(deps, request, [release])
  if (entity === undefined) throw notFound('Release')
  return entity
}

export function timeOf(given: string): string {
  const time = new Date(given)
  if (Number.isNaN(time.getTime())) throw badRequest(`released_at: '${given}' is no time`)
  return time.toISOString()
}
