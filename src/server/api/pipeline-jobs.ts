// The jobs and bridges of a pipeline, and its test report.
import { Type } from '@fastify/type-provider-typebox'
import { parseJunit } from '../../artifacts/junit.ts'
import type { ArtifactFiles, ArtifactStore } from '../../artifacts/ports.ts'
import { readReport } from '../../artifacts/report-text.ts'
import { buildTestReport, type JobReports, type TestReportView } from '../../artifacts/test-report.ts'
import { AppError, messageOf } from '../../kit/errors.ts'
import { jobStatuses } from '../../run/model.ts'
import type { JobRecord, PipelineRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { flag, idParameter, integerParameter, oneOf } from '../schema.ts'
import { bridgeEntity, jobEntity, toCommon, toJobs } from './job-entity.ts'
import { toPipelineBasic } from './pipeline-entity.ts'
import { pipelineOf, runPage } from './run-of-request.ts'
import { peopleOf, type RunView } from './run-view.ts'

export type PipelineJobsDeps = {
  readonly view: RunView
  readonly artifacts: ArtifactStore
  readonly artifactFiles: ArtifactFiles
}

const params = Type.Object({ ...idParameter, pipeline_id: integerParameter })
/** `scope[]=failed`, also several. */
const status = oneOf(jobStatuses)
export const jobScope = Type.Optional(Type.Union([status, Type.Array(status)]))
const maximumReportBytes = 20 * 1024 * 1024

export function registerPipelineJobs(app: App, deps: PipelineJobsDeps): void {
  const { view } = deps
  const list = Type.Object({ ...pageQuery, scope: jobScope, 'scope[]': jobScope, include_retried: flag })

  app.get(
    '/api/v4/projects/:id/pipelines/:pipeline_id/jobs',
    {
      config: { policy: { kind: 'project', action: 'read_job' } },
      schema: {
        operationId: 'listPipelineJobs',
        tags: ['jobs'],
        params,
        querystring: list,
        response: { 200: Type.Array(jobEntity) },
      },
    },
    async (request, reply) => {
      const pipeline = await pipelineOf(view.reads, request, request.params.pipeline_id)
      const page = pageOf(request.query)
      const filter = { ...filterOf(pipeline, request.query), kind: 'build' as const }
      const { items, total } = await view.reads.jobs(filter, runPage(page))
      tellPage(request, reply, page, total)
      return toJobs(view, items, new Map([[pipeline.id, pipeline]]), projectOf(request).project.fullPath)
    },
  )

  app.get(
    '/api/v4/projects/:id/pipelines/:pipeline_id/bridges',
    {
      config: { policy: { kind: 'project', action: 'read_job' } },
      schema: {
        operationId: 'listPipelineBridges',
        tags: ['jobs'],
        params,
        querystring: list,
        response: { 200: Type.Array(bridgeEntity) },
      },
    },
    async (request, reply) => {
      const pipeline = await pipelineOf(view.reads, request, request.params.pipeline_id)
      const page = pageOf(request.query)
      const filter = { ...filterOf(pipeline, request.query), kind: 'bridge' as const }
      const { items, total } = await view.reads.jobs(filter, runPage(page))
      tellPage(request, reply, page, total)
      return toBridges(view, items, pipeline, projectOf(request).project.fullPath)
    },
  )

  for (const [path, operationId] of [
    ['test_report', 'getTestReport'],
    ['test_report_summary', 'getTestReportSummary'],
  ] as const) {
    app.get(
      `/api/v4/projects/:id/pipelines/:pipeline_id/${path}`,
      {
        config: { policy: { kind: 'project', action: 'read_pipeline' } },
        schema: { operationId, tags: ['pipelines'], summary: 'What its JUnit reports say', params },
      },
      async request => {
        const pipeline = await pipelineOf(view.reads, request, request.params.pipeline_id)
        const report = await testReport(deps, pipeline.id)
        return path === 'test_report' ? report : summaryOf(report)
      },
    )
  }
}

export type JobQuery = {
  readonly scope?: ScopeQuery
  readonly 'scope[]'?: ScopeQuery
  readonly include_retried?: boolean
}
type ScopeQuery = JobRecord['status'] | readonly JobRecord['status'][]

export function scopesOf(query: JobQuery): readonly JobRecord['status'][] | null {
  const scope = query['scope[]'] ?? query.scope
  if (scope === undefined) return null
  return typeof scope === 'string' ? [scope] : scope
}

function filterOf(pipeline: PipelineRecord, query: JobQuery) {
  const statuses = scopesOf(query)
  return {
    pipelineId: pipeline.id,
    includeRetried: query.include_retried ?? false,
    ...(statuses === null ? {} : { statuses }),
  }
}

async function toBridges(view: RunView, jobs: readonly JobRecord[], pipeline: PipelineRecord, projectPath: string) {
  const place = { url: view.url, projectPath }
  const people = await peopleOf(
    view,
    jobs.map(job => job.userId),
  )
  return Promise.all(
    jobs.map(async job => {
      const downstream = await view.reads.downstreamOf(job.id)
      return {
        ...toCommon({ job, pipeline, place, user: people.get(job.userId) ?? null }, view.now()),
        downstream_pipeline: downstream === null ? null : toPipelineBasic(downstream, place),
      }
    }),
  )
}

async function testReport(deps: PipelineJobsDeps, pipelineId: number): Promise<TestReportView> {
  const jobs = await deps.view.reads.jobsOfPipeline(pipelineId, false)
  const reports = await deps.artifacts.ofJobs(jobs.map(job => job.id))
  const ofJobs: JobReports[] = []
  for (const job of jobs) {
    const junit = reports.find(report => report.jobId === job.id && report.type === 'junit')
    if (junit === undefined) continue
    const parsed = await readReport(deps.artifactFiles, junit, maximumReportBytes).then(parseJunitFiles, toMistake)
    ofJobs.push({ jobName: job.name, jobId: job.id, reports: parsed })
  }
  return buildTestReport(ofJobs)
}

/** A runner sends all files of a report in one, one behind the other. */
function parseJunitFiles(text: string) {
  return text
    .split(/(?=<\?xml[\s?])/)
    .filter(document => document.trim() !== '')
    .map(parseJunit)
}

function toMistake(error: unknown) {
  if (!(error instanceof AppError)) throw error
  return [{ cases: [], mistake: messageOf(error) }]
}

function summaryOf({ test_suites: suites, ...total }: TestReportView) {
  return {
    total: {
      time: total.total_time,
      count: total.total_count,
      success: total.success_count,
      failed: total.failed_count,
      skipped: total.skipped_count,
      error: total.error_count,
      suite_error: null,
    },
    test_suites: suites.map(({ test_cases: _, ...suite }) => suite),
  }
}
