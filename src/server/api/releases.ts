// Releases: made by `release:` of a job, by hand, or by a tool like release-cli and glab with a job's token.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { runError } from '../../run/errors.ts'
import { mayTagStartPipeline } from '../../run/release-loop.ts'
import type { ReleaseChange } from '../../run/release-ports.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableString, oneOf, sortQuery } from '../schema.ts'
import { releaseEntity } from './release-entity.ts'
import { registerReleaseLinks } from './release-links.ts'
import {
  changeReleases,
  linkFields,
  newLinkOf,
  type ReleasesDeps,
  readReleases,
  releaseOf,
  releaseParams,
  releasesPath,
  showRelease,
  showReleases,
} from './release-of-request.ts'
import { runPage, userIdOf } from './run-of-request.ts'

export function registerReleases(app: App, deps: ReleasesDeps): void {
  registerReads(app, deps)
  registerCreate(app, deps)
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

const milestones = Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 100 }))
const description = Type.Optional(nullableString)
const releasedAt = Type.Optional(Type.String({ maxLength: 100 }))

function registerCreate(app: App, deps: ReleasesDeps): void {
  app.post(
    releasesPath,
    {
      config: changeReleases,
      schema: {
        operationId: 'createRelease',
        tags: ['releases'],
        summary: 'Makes the tag, too, when it is not there and `ref` tells where',
        params: Type.Object(idParameter),
        body: Type.Object({
          tag_name: Type.String({ minLength: 1, maxLength: 255 }),
          tag_message: Type.Optional(nullableString),
          name: Type.Optional(nullableString),
          description,
          ref: Type.Optional(nullableString),
          milestones,
          released_at: releasedAt,
          assets: Type.Optional(
            Type.Object({ links: Type.Optional(Type.Array(Type.Object(linkFields), { maxItems: 1000 })) }),
          ),
        }),
        response: { 201: releaseEntity },
      },
    },
    async (request, reply) => {
      const { body } = request
      const projectId = projectOf(request).project.id
      if ((await deps.releases.byTag(projectId, body.tag_name)) !== null) throw runError('release_exists')
      const sha = await tagCommit(deps, request, body)
      const now = deps.now().toISOString()
      const release = await deps.releases.create({
        projectId,
        tagName: body.tag_name,
        name: body.name || body.tag_name,
        description: body.description ?? '',
        sha,
        milestones: body.milestones ?? [],
        authorId: userIdOf(request),
        jobId: jobIdOf(request),
        createdAt: now,
        releasedAt: body.released_at === undefined ? now : timeOf(body.released_at),
        links: (body.assets?.links ?? []).map(newLinkOf),
      })
      if (release === null) throw runError('release_exists')
      return reply.code(201).send(await showRelease(deps, request, release))
    },
  )
}

type TagBody = { readonly tag_name: string; readonly tag_message?: string | null; readonly ref?: string | null }

/** An existing tag is used; else it is made with the rights of who asks, or started the job that asks. */
async function tagCommit(deps: ReleasesDeps, request: FastifyRequest, body: TagBody): Promise<string> {
  const projectId = projectOf(request).project.id
  const tag = { kind: 'tag', name: body.tag_name } as const
  const known = await deps.repositories.resolve(projectId, tag)
  if (known !== null) return known
  if (!body.ref) throw runError('release_refused', 'Ref is not specified')
  await deps.makeTag({
    projectId,
    userId: userIdOf(request),
    name: body.tag_name,
    from: body.ref,
    message: body.tag_message ?? null,
    startsPipeline: await mayStartPipeline(deps, jobIdOf(request)),
  })
  const made = await deps.repositories.resolve(projectId, tag)
  if (made === null) throw runError('release_refused', `the tag ${body.tag_name} is gone again`)
  return made
}

async function mayStartPipeline({ reads, releases }: ReleasesDeps, jobId: number | null): Promise<boolean> {
  const job = jobId === null ? null : await reads.job(jobId)
  const pipeline = job === null ? null : await reads.pipeline(job.pipelineId)
  return pipeline === null || (await mayTagStartPipeline(releases, pipeline))
}

function jobIdOf({ actor }: FastifyRequest): number | null {
  return actor.kind === 'job' ? actor.jobId : null
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
        body: Type.Object({ name: Type.Optional(nullableString), description, milestones, released_at: releasedAt }),
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
      await deps.releases.update(release.id, change)
      return showRelease(deps, request, await releaseOf(deps, request))
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
      await deps.releases.delete(release.id)
      return shown
    },
  )
}

function timeOf(given: string): string {
  const time = new Date(given)
  if (Number.isNaN(time.getTime())) throw badRequest(`released_at: '${given}' is no time`)
  return time.toISOString()
}
