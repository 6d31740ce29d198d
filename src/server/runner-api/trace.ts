// The log comes in by byte offset: `PATCH /api/v4/jobs/:id/trace` with `Content-Range: first-last`. What is known is
// passed over, a gap is answered with 416 and where to go on.
import { Type } from '@fastify/type-provider-typebox'
import type { App } from '../app.ts'
import { traceTopic } from '../live/protocol.ts'
import { badRequest } from '../plugins/errors.ts'
import { leaseOf } from '../plugins/policy.ts'
import type { RunnerApiDeps } from './deps.ts'
import { staleLease, tellWord } from './lease.ts'
import { readBounded } from './read-bounded.ts'

const maximumChunkBytes = 8 * 1024 * 1024
/** Seconds that gitlab-runner waits between its updates. */
const updateIntervalSeconds = 1

export function registerTrace(app: App, deps: RunnerApiDeps): void {
  app.patch(
    '/api/v4/jobs/:id/trace',
    {
      config: { policy: { kind: 'lease' }, audit: false },
      schema: {
        operationId: 'appendTrace',
        tags: ['runner protocol'],
        summary: 'Append to the log of a job',
        params: Type.Object({ id: Type.Integer({ minimum: 1 }) }),
      },
    },
    async (request, reply) => {
      const lease = leaseOf(request)
      const start = startOf(request.headers['content-range'])
      const bytes = await readBounded(request.body, maximumChunkBytes)
      const word = await deps.coordinator.hear(lease)
      if (word === 'stale') throw staleLease()
      const answer = await deps.traces.append(lease, { start, bytes })
      if (answer.kind === 'stale') throw staleLease()
      reply.header('range', `0-${answer.received}`)
      if (answer.kind === 'gap') return tellWord(reply, word).code(416).send({ message: '416 Range Not Satisfiable' })
      if (answer.fresh.bytes.length > 0) deps.bus.publish(traceTopic(lease.jobId), {})
      reply.header('x-gitlab-trace-update-interval', updateIntervalSeconds)
      return tellWord(reply, word).code(202).send(`0-${answer.received}`)
    },
  )
}

/** `0-99`, as GitLab's runners write it: without a unit, the last byte included. */
function startOf(header: string | undefined): number {
  const match = /^(?:bytes )?(\d{1,15})-\d*(?:\/.*)?$/.exec(header ?? '')
  if (match === null) throw badRequest(`Content-Range: expected 'first-last', found '${(header ?? '').slice(0, 100)}'`)
  return Number(match[1])
}
