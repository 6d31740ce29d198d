// Releases: made by `release:` of a job, by hand, or by a tool with a job's token; listed, changed and deleted.
import { Type } from '@fastify/type-provider-typebox'
import type { ReleaseChange } from '../../run/release-ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableString, oneOf, sortQuery } from '../schema.ts'
import { registerReleaseCreate } from './release-create.ts'
import { releaseEntity } from './release-entity.ts'
import { registerReleaseLinks } from './release-links.ts'
import {
  changeReleases,
  type ReleasesDeps,
  readReleases,
  releaseFields,
  releaseOf,
  releaseParams,
  releasesPath,
  showRelease,
  showReleases,
  timeOf,
} from './release-of-request.ts'
import { runPage } from './run-of-request.ts'

export function registerReleases(app: App, deps: ReleasesDeps): void {
  registerReads(app, deps)
  registerReleaseCreate(app, deps)
  registerChanges(app, deps)
  registerReleaseLinks(app, deps)
}

function registerReads(app: App, deps: ReleasesDeps): void {
  app.get(
    releasesPath,
    {
      config: readReleases,
      schema: {
        operationId: 'listReleases',
        tags: ['releases'],
        summary: 'The newest first',
        params: Type.Object(idParameter),
        querystring: Type.Object({
          ...pageQuery,
          ...sortQuery,
          order_by: Type.Optional(oneOf(['released_at', 'created_at'] as const)),
        }),
        response: { 200: Type.Array(releaseEntity) },
      },
    },
    async (request, reply) => {
      const { order_by: by = 'released_at', sort } = request.query
      const page = pageOf(request.query)
      const order = { by, ascending: sort === 'asc' }
      const { items, total } = await deps.releases.list(projectOf(request).project.id, order, runPage(page))
      tellPage(request, reply, page, total)
      return showReleases(deps, request, items)
    },
  )

  app.get(
    `${releasesPath}/permalink/latest`,
    {
      config: readReleases,
      schema: {
        operationId: 'getLatestRelease',
        tags: ['releases'],
        params: Type.Object(idParameter),
        response: { 200: releaseEntity },
      },
    },
    async request => {
      const order = { by: 'released_at', ascending: false } as const
      const { items } = await deps.releases.list(projectOf(request).project.id, order, { page: 1, perPage: 1 })
      if (items[0] === undefined) throw notFound('Release')
      return showRelease(deps, request, items[0])
    },
  )

  app.get(
    `${releasesPath}/:tag_name`,
    {
      config: readReleases,
      schema: {
        operationId: 'getRelease',
        tags: ['releases'],
        params: releaseParams,
        response: { 200: releaseEntity },
      },
    },
    async request => showRelease(deps, request, await releaseOf(deps, request)),
  )
}

function registerChanges(app: App, deps: ReleasesDeps): void {
  app.put(
    `${releasesPath}/:tag_name`,
    {
      config: changeReleases,
      schema: {
        operationId: 'changeRelease',
        tags: ['releases'],
        params: releaseParams,
        body: Type.Object({
          name: Type.Optional(nullableString),
          description: releaseFields.description,
          milestones: releaseFields.milestones,
          released_at: releaseFields.released_at,
        }),
        response: { 200: releaseEntity },
      },
    },
    async request => {
      const release = await releaseOf(deps, request)
      const { name, description: text, milestones: titles, released_at: time } = request.body
      const change: ReleaseChange = {
        ...(name === undefined ? {} : { name: name || release.tagName }),
        ...(text === undefined ? {} : { description: text ?? '' }),
        ...(titles === undefined ? {} : { milestones: titles }),
        ...(time === undefined ? {} : { releasedAt: timeOf(time) }),
      }
      return showRelease(deps, request, await deps.releases.update(release, change))
    },
  )

  app.delete(
    `${releasesPath}/:tag_name`,
    {
      config: changeReleases,
      schema: {
        operationId: 'deleteRelease',
        tags: ['releases'],
        summary: 'The tag stays',
        params: releaseParams,
        response: { 200: releaseEntity },
      },
    },
    async request => {
      const release = await releaseOf(deps, request)
      const shown = await showRelease(deps, request, release)
      await deps.releases.delete(release)
      return shown
    },
  )
}
