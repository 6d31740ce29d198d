// Words under a lease: heartbeat, begin, and the job's end. A stale lease is answered with 409, and nothing changes.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { compileCoverage } from '../../logs/coverage.ts'
import { readLinesBackwards } from '../../logs/read-backwards.ts'
import type { LeaseAnswer } from '../../run/coordinator.ts'
import type { App } from '../app.ts'
import { traceTopic } from '../live/protocol.ts'
import { tokenOf } from '../plugins/authentication.ts'
import { Denial } from '../plugins/errors.ts'
import { leaseOf, runnerOf } from '../plugins/policy.ts'
import type { LeaseIdentity } from '../ports.ts'
import type { RunnerApiDeps } from './deps.ts'
import { outcomeOf } from './outcome-of.ts'
import type { RunnerContact } from './runner-contact.ts'

const jobParams = Type.Object({ id: Type.Integer({ minimum: 1 }) })

export function registerLease(app: App, deps: RunnerApiDeps, contact: RunnerContact): void {
  app.post(
    '/api/v4/slipway/heartbeat',
    {
      config: { policy: { kind: 'runner' }, audit: false },
      schema: {
        operationId: 'heartbeat',
        tags: ['runner protocol'],
        summary: 'Every two seconds: these leases live; the answer names those that are over or to be canceled',
        body: Type.Object({
          leases: Type.Array(
            Type.Object({ job_id: Type.Integer({ minimum: 1 }), lease: Type.Integer({ minimum: 0 }) }),
            { maxItems: 1000 },
          ),
        }),
      },
    },
    async request => {
      const { runnerId } = runnerOf(request)
      await contact.note(runnerId)
      const leases = request.body.leases.map(({ job_id: jobId, lease }) => ({ jobId, lease }))
      return deps.coordinator.heartbeat(runnerId, leases)
    },
  )

  app.post(
    '/api/v4/slipway/jobs/:id/begin',
    {
      config: { policy: { kind: 'lease' }, audit: false },
      schema: {
        operationId: 'beginJob',
        tags: ['runner protocol'],
        summary: 'The durable mark that the script is about to run',
        params: jobParams,
      },
    },
    async (request, reply) => {
      const word = await deps.coordinator.begin(leaseOf(request))
      return tellWord(reply, word).code(204).send()
    },
  )

  app.put(
    '/api/v4/jobs/:id',
    {
      config: {
        policy: {
          kind: 'self_checked',
          why: "the job's lease or job token, in the header or (as gitlab-runner) in the body",
        },
        audit: false,
      },
      schema: {
        operationId: 'updateJob',
        tags: ['runner protocol'],
        summary: 'How the job ended',
        params: jobParams,
        body: Type.Object({
          token: Type.Optional(Type.String({ maxLength: 1000 })),
          state: Type.Optional(Type.String({ maxLength: 50 })),
          failure_reason: Type.Optional(Type.String({ maxLength: 255 })),
          exit_code: Type.Optional(Type.Integer()),
          slipway: Type.Optional(
            Type.Object({
              lease: Type.Integer(),
              failure_detail: Type.Optional(Type.String({ maxLength: 255 })),
              message: Type.Optional(Type.String({ maxLength: 4000 })),
              coverage: Type.Optional(Type.Number()),
            }),
          ),
        }),
      },
    },
    async (request, reply) => {
      const { body } = request
      const lease = await leaseByToken(deps, request.params.id, tokenOf(request) ?? body.token ?? '')
      const outcome = outcomeOf(body)
      if (outcome === null) return tellWord(reply, await deps.coordinator.hear(lease)).send('200')
      const last = await deps.traces.finish(lease)
      if (last.bytes.length > 0) deps.bus.publish(traceTopic(lease.jobId), {})
      const coverage = body.slipway?.coverage ?? (await coverageOf(deps, lease.jobId))
      const tell = (reason: string) => appendFailure(deps, lease, reason)
      const answer = await deps.coordinator.finish(lease, outcome, { coverage, tell })
      if (answer === 'stale') throw staleLease()
      return reply.header('job-status', outcome.status).send('200')
    },
  )
}

/** What failed after the runner wrote its last line. */
async function appendFailure({ traces, bus }: RunnerApiDeps, lease: LeaseIdentity, reason: string): Promise<void> {
  const bytes = Buffer.from(`\x1b[31;1mERROR: Job failed: ${reason}\x1b[0;m\n`)
  await traces.append(lease, { start: await traces.size(lease.jobId), bytes })
  await traces.finish(lease)
  bus.publish(traceTopic(lease.jobId), {})
}

export function staleLease(): Denial {
  return new Denial(409, '409 Conflict', 'the lease has ended')
}

/** Says in the header how the job stands; ends the request when the lease is over. */
export function tellWord(reply: FastifyReply, word: LeaseAnswer): FastifyReply {
  if (word === 'stale') throw staleLease()
  return reply.header('job-status', word)
}

async function leaseByToken(deps: RunnerApiDeps, jobId: number, token: string): Promise<LeaseIdentity> {
  const lease = token === '' ? null : await deps.door.lease(jobId, token)
  if (lease === null) throw new Denial(403, '403 Forbidden', 'the token is not one of this job')
  if (lease === 'ended') throw staleLease()
  return lease
}

async function coverageOf(deps: RunnerApiDeps, jobId: number): Promise<number | null> {
  const pattern = (await deps.reads.jobPlan(jobId))?.coverage ?? null
  const regex = pattern === null ? null : compileCoverage(pattern)
  if (regex === null) return null
  for await (const lines of readLinesBackwards(deps.traces, jobId)) {
    const found = regex.findIn(lines)
    if (found !== null) return found
  }
  return null
}
