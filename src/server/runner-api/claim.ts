// A runner asks for work: ours by `claim` (told by the queue that there may be some), gitlab-runner by the long poll of
// `POST jobs/request`.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { JobPayload } from '../../run/protocol.ts'
import type { RunnerRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { tokenOf } from '../plugins/authentication.ts'
import { Denial } from '../plugins/errors.ts'
import { runnerOf } from '../plugins/policy.ts'
import { defaultLimits, type RunnerApiDeps } from './deps.ts'
import { type RunnerContact, runnerInfo } from './runner-contact.ts'

export function registerClaim(app: App, deps: RunnerApiDeps, contact: RunnerContact): void {
  app.get(
    '/api/v4/slipway/runner',
    {
      config: { policy: { kind: 'runner' }, audit: false },
      schema: { operationId: 'describeRunner', tags: ['runner protocol'], summary: 'What a runner must know to begin' },
    },
    async request => {
      const runner = await recordOf(deps, runnerOf(request).runnerId)
      await contact.note(runner.id)
      const classes = await deps.coordinator.classesFor(runner)
      return { id: runner.id, tags: runner.tags, redis: deps.redisFor(runner), classes }
    },
  )

  app.post(
    '/api/v4/slipway/claim',
    {
      config: { policy: { kind: 'runner' }, audit: false },
      schema: {
        operationId: 'claimJob',
        tags: ['runner protocol'],
        summary: 'Claim a job; repeating the nonce repeats the answer',
        body: Type.Object({
          nonce: Type.String({ minLength: 8, maxLength: 200 }),
          job_id: Type.Optional(Type.Integer({ minimum: 1 })),
          info: runnerInfo,
        }),
      },
    },
    async (request, reply) => {
      const { nonce, job_id: jobId = null, info } = request.body
      const runner = await recordOf(deps, runnerOf(request).runnerId)
      await contact.note(runner.id, info)
      const payload = runner.isPaused ? null : await deps.coordinator.claim(runner, { nonce, jobId })
      return payload === null ? reply.code(204).send() : reply.code(201).send(payload)
    },
  )

  app.post(
    '/api/v4/jobs/request',
    {
      config: {
        policy: { kind: 'self_checked', why: 'a runner, by its token in the header or (as gitlab-runner) in the body' },
        audit: false,
      },
      schema: {
        operationId: 'requestJob',
        tags: ['runner protocol'],
        summary: "GitLab's way to get a job; waits a while for one",
        body: Type.Object({
          token: Type.Optional(Type.String({ maxLength: 1000 })),
          last_update: Type.Optional(Type.String({ maxLength: 1000 })),
          info: runnerInfo,
        }),
      },
    },
    async (request, reply) => {
      const identity = await deps.door.runner(tokenOf(request) ?? request.body.token ?? '')
      if (identity === null) throw new Denial(403, '403 Forbidden', 'the runner token is unknown')
      await contact.note(identity.runnerId, request.body.info)
      const payload = await waitForJob(deps, identity.runnerId, request, reply)
      if (reply.raw.destroyed) return reply.hijack()
      return payload === null ? reply.code(204).send() : reply.code(201).send(payload)
    },
  )
}

/** One nonce for the whole wait: claims of one wish give one job. */
async function waitForJob(
  deps: RunnerApiDeps,
  runnerId: number,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<JobPayload | null> {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const until = performance.now() + { ...defaultLimits, ...deps.limits }.longPollMs
  while (!gone.signal.aborted) {
    const runner = await recordOf(deps, runnerId)
    const payload = runner.isPaused ? null : await deps.coordinator.claim(runner, { nonce: request.id, jobId: null })
    const leftMs = until - performance.now()
    if (payload !== null || leftMs <= 0) return payload
    await deps.bell.wait(leftMs, gone.signal)
  }
  return null
}

async function recordOf(deps: RunnerApiDeps, runnerId: number): Promise<RunnerRecord> {
  const runner = await deps.runners.byId(runnerId)
  if (runner === null) throw new Denial(401, '401 Unauthorized', 'the runner was deleted')
  return runner
}
