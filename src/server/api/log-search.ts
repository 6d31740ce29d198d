// Search over the logs of all jobs of a pipeline, and of the newest jobs of a project.

import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { TraceStore } from '../../logs/ports.ts'
import { createLogSearch } from '../../logs/search.ts'
import type { JobRecord } from '../../run/records.ts'
import type { RunReader } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter } from '../schema.ts'
import { pipelineOf } from './run-of-request.ts'

export type LogSearchDeps = { readonly reads: RunReader; readonly traces: TraceStore }

const hit = Type.Object({
  pipeline_id: Type.Integer(),
  job_id: Type.Integer(),
  job_name: Type.String(),
  /** From 1, as the viewer counts. */
  line: Type.Integer(),
  text: Type.String(),
  column: Type.Integer(),
  length: Type.Integer(),
})

const found = Type.Object({
  hits: Type.Array(hit),
  /** More could have been found. */
  is_cut: Type.Boolean(),
})
const query = Type.Object({ search: Type.String({ minLength: 2, maxLength: 200 }) })

/** Of a project: older logs are found by their pipeline. */
const newestJobs = 500
const hitsOfJob = 100
const hitsOfAll = 1000
const pieceBytes = 256 * 1024
const maximumMs = 20_000

export function registerLogSearch(app: App, { reads, traces }: LogSearchDeps): void {
  app.get(
    '/api/v4/slipway/projects/:id/pipelines/:pipeline_id/log_search',
    {
      config: { policy: { kind: 'project', action: 'read_job' } },
      schema: {
        operationId: 'searchPipelineLogs',
        tags: ['slipway'],
        summary: 'A text in the logs of all jobs; upper case matters when there is some',
        params: Type.Object({ ...idParameter, pipeline_id: integerParameter }),
        querystring: query,
        response: { 200: found },
      },
    },
    async request => {
      const pipeline = await pipelineOf(reads, request, request.params.pipeline_id)
      const jobs = await reads.jobsOfPipeline(pipeline.id, true)
      return searchJobs(traces, jobs, request.query.search)
    },
  )

  app.get(
    '/api/v4/slipway/projects/:id/log_search',
    {
      config: { policy: { kind: 'project', action: 'read_job' } },
      schema: {
        operationId: 'searchProjectLogs',
        tags: ['slipway'],
        summary: `A text in the logs of the newest ${newestJobs} jobs; upper case matters when there is some`,
        params: Type.Object(idParameter),
        querystring: query,
        response: { 200: found },
      },
    },
    async request => {
      const { project } = projectOf(request)
      const { items, total } = await reads.jobs(
        { projectId: project.id, kind: 'build', includeRetried: true },
        { page: 1, perPage: newestJobs },
      )
      const { hits, is_cut: isCut } = await searchJobs(traces, items, request.query.search)
      return { hits, is_cut: isCut || total > items.length }
    },
  )
}

type Hits = Static<typeof found>

async function searchJobs(traces: TraceStore, jobs: readonly JobRecord[], query: string): Promise<Hits> {
  const until = performance.now() + maximumMs
  const hits: Hits['hits'] = []
  let isCut = false
  for (const job of jobs) {
    const search = createLogSearch({ query, limit: hitsOfJob })
    const size = await traces.size(job.id)
    for (let start = 0; start < size && !search.isFull() && performance.now() < until; start += pieceBytes) {
      search.write(await traces.read(job.id, { start, end: start + pieceBytes }))
      await yieldToOthers()
    }
    for (const { row, excerpt, column, length } of search.finish()) {
      hits.push({
        pipeline_id: job.pipelineId,
        job_id: job.id,
        job_name: job.name,
        line: row + 1,
        text: excerpt,
        column,
        length,
      })
    }
    isCut ||= search.isFull() || performance.now() >= until
    if (hits.length >= hitsOfAll) return { hits: hits.slice(0, hitsOfAll), is_cut: true }
  }
  return { hits, is_cut: isCut }
}
