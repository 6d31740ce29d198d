// A release is made by hand or by a tool like release-cli and glab; its tag, too, when it is not there.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { runError } from '../../run/errors.ts'
import { mayTagStartPipeline } from '../../run/release-loop.ts'
import type { App } from '../app.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableString } from '../schema.ts'
import { releaseEntity } from './release-entity.ts'
import {
  changeReleases,
  linkFields,
  newLinkOf,
  type ReleasesDeps,
  releaseFields,
  releasesPath,
  showRelease,
  timeOf,
} from './release-of-request.ts'
import { userIdOf } from './run-of-request.ts'

export function registerReleaseCreate(app: App, deps: ReleasesDeps): void {
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
          description: releaseFields.description,
          ref: Type.Optional(nullableString),
          milestones: releaseFields.milestones,
          released_at: releaseFields.released_at,
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
