// A job's log: whole or a range, when which byte came, and a search over the logs of a pipeline.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ByteRange, TraceStore } from '../../logs/ports.ts'
import type { RunReader } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { idParameter, integerParameter } from '../schema.ts'
import { attachment } from '../send-artifact.ts'
import { jobOf } from './run-of-request.ts'

export type JobTraceDeps = { readonly reads: RunReader; readonly traces: TraceStore }

const params = Type.Object({ ...idParameter, job_id: integerParameter })

export function registerJobTrace(app: App, { reads, traces }: JobTraceDeps): void {
  app.get(
    '/api/v4/projects/:id/jobs/:job_id/trace',
    {
      config: { policy: { kind: 'project', action: 'read_job' } },
      schema: { operationId: 'getJobTrace', tags: ['jobs'], summary: 'Takes a Range of bytes', params },
    },
    async (request, reply) => {
      const job = await jobOf(reads, request, request.params.job_id)
      return sendTrace(traces, job.id, request, reply)
    },
  )

  app.get(
    '/api/v4/slipway/projects/:id/jobs/:job_id/trace_times',
    {
      config: { policy: { kind: 'project', action: 'read_job' } },
      schema: {
        operationId: 'getTraceTimes',
        tags: ['jobs'],
        summary: 'When bytes came: pairs of offset and milliseconds since the epoch',
        params,
        response: { 200: Type.Object({ times: Type.Array(Type.Tuple([Type.Number(), Type.Number()])) }) },
      },
    },
    async request => {
      const job = await jobOf(reads, request, request.params.job_id)
      const arrivals = await traces.arrivals(job.id)
      return { times: arrivals.map(({ offset, atMs }): [number, number] => [offset, atMs]) }
    },
  )
}

async function sendTrace(
  traces: TraceStore,
  jobId: number,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const size = await traces.size(jobId)
  const range = rangeOf(request.headers.range, size)
  reply
    .header('accept-ranges', 'bytes')
    .header('content-disposition', attachment(`${jobId}.log`))
    .type('text/plain; charset=utf-8')
  if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${size}`).send('')
  const { start, end } = range ?? { start: 0, end: size }
  if (range !== null) reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${size}`)
  reply.header('content-length', end - start)
  return reply.send(traces.stream(jobId, { start, end }))
}

/** RFC 9110 §14: one range of bytes; anything else is passed over, as the RFC allows. */
function rangeOf(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '')
  if (match === null || (match[1] === '' && match[2] === '')) return null
  const [, first, last] = match
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  return start >= size || start >= end ? 'unsatisfiable' : { start, end }
}
