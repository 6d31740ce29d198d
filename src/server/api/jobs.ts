// Jobs: list, read, and what can be done to them.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { ProjectStore } from '../../access/store-ports.ts'
import type { ArtifactFiles, ArtifactStore } from '../../artifacts/ports.ts'
import { removeArtifacts } from '../../artifacts/sweep.ts'
import { hashToken } from '../../kit/token.ts'
import type { TraceStore } from '../../logs/ports.ts'
import type { Coordinator } from '../../run/coordinator.ts'
import { isFinal } from '../../run/job-moves.ts'
import type { JobRecord, PipelineRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { tokenOf } from '../plugins/authentication.ts'
import { Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { flag, idParameter, integerParameter } from '../schema.ts'
import { jobEntity, toJobs } from './job-entity.ts'
import { jobScope, scopesOf } from './pipeline-jobs.ts'
import { jobOf, runPage, userIdOf } from './run-of-request.ts'
import { toRunVariable, type VariableBody, variableBody } from './run-variables.ts'
import type { RunView } from './run-view.ts'

export type JobsDeps = {
  readonly view: RunView
  readonly coordinator: Pick<Coordinator, 'retryJob' | 'cancelJob' | 'playJob' | 'unscheduleJob' | 'eraseJob'>
  readonly artifacts: ArtifactStore
  readonly artifactFiles: ArtifactFiles
  readonly traces: TraceStore
  readonly projects: Pick<ProjectStore, 'byId'>
}

const params = Type.Object({ ...idParameter, job_id: integerParameter })

export function registerJobs(app: App, deps: JobsDeps): void {
  registerReads(app, deps)
  registerActions(app, deps)
}

function registerReads(app: App, deps: JobsDeps): void {
  const { view } = deps
  app.get(
    '/api/v4/projects/:id/jobs',
    {
      config: { policy: { kind: 'project', action: 'read_job' } },
      schema: {
        operationId: 'listJobs',
        tags: ['jobs'],
        params: Type.Object(idParameter),
        querystring: Type.Object({
          ...pageQuery,
          scope: jobScope,
          'scope[]': jobScope,
          include_retried: flag,
        }),
        response: { 200: Type.Array(jobEntity) },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const page = pageOf(request.query)
      const statuses = scopesOf(request.query)
      const filter = {
        projectId: project.id,
        kind: 'build' as const,
        includeRetried: request.query.include_retried ?? false,
      }
      const { items, total } = await view.reads.jobs(
        { ...filter, ...(statuses === null ? {} : { statuses }) },
        runPage(page),
      )
      tellPage(request, reply, page, total)
      return toJobs(view, items, await pipelinesOf(view, items), project.fullPath)
    },
  )

  app.get(
    '/api/v4/projects/:id/jobs/:job_id',
    {
      config: { policy: { kind: 'project', action: 'read_job' } },
      schema: { operationId: 'getJob', tags: ['jobs'], params, response: { 200: jobEntity } },
    },
    async request =>
      one(view, await jobOf(view.reads, request, request.params.job_id), projectOf(request).project.fullPath),
  )

  app.get(
    '/api/v4/job',
    {
      config: { policy: { kind: 'self_checked', why: 'a job token tells its own job' } },
      schema: {
        operationId: 'getOwnJob',
        tags: ['jobs'],
        summary: 'The job whose token asks',
        response: { 200: jobEntity },
      },
    },
    async request => {
      const token = tokenOf(request)
      const holder = token === null ? null : await view.reads.jobByToken(hashToken(token))
      if (holder === null) throw new Denial(401, '401 Unauthorized')
      const project = await deps.projects.byId(holder.job.projectId)
      if (project === null) throw notFound('Job')
      return one(view, holder.job, project.fullPath)
    },
  )
}

function registerActions(app: App, deps: JobsDeps): void {
  const { view, coordinator } = deps
  const action = (
    path: string,
    operationId: string,
    act: (request: FastifyRequest, job: JobRecord) => Promise<JobRecord>,
  ) =>
    app.post(
      `/api/v4/projects/:id/jobs/:job_id/${path}`,
      {
        config: { policy: { kind: 'project', action: 'change_job' } },
        schema: { operationId, tags: ['jobs'], params, response: { 201: jobEntity } },
      },
      async (request, reply) => {
        const job = await act(request, await jobOf(view.reads, request, request.params.job_id))
        return reply.code(201).send(await one(view, job, projectOf(request).project.fullPath))
      },
    )

  action('retry', 'retryJob', (request, job) => coordinator.retryJob(job.id, { userId: userIdOf(request) }))
  action('cancel', 'cancelJob', (request, job) => coordinator.cancelJob(job.id, { force: isForced(request) }))
  action('unschedule', 'unscheduleJob', (_, job) => coordinator.unscheduleJob(job.id))
  action('erase', 'eraseJob', (_, job) => erase(deps, job))

  app.post(
    '/api/v4/projects/:id/jobs/:job_id/play',
    {
      config: { policy: { kind: 'project', action: 'change_job' } },
      schema: {
        operationId: 'playJob',
        tags: ['jobs'],
        params,
        body: Type.Optional(
          Type.Unsafe<{ readonly job_variables_attributes?: readonly VariableBody[] } | null>({
            anyOf: [
              Type.Object({ job_variables_attributes: Type.Optional(Type.Array(variableBody, { maxItems: 1000 })) }),
              Type.Null(),
            ],
          }),
        ),
        response: { 200: jobEntity },
      },
    },
    async request => {
      const { id } = await jobOf(view.reads, request, request.params.job_id)
      const variables = (request.body?.job_variables_attributes ?? []).map(toRunVariable)
      const job = await coordinator.playJob(id, { userId: userIdOf(request), variables })
      return one(view, job, projectOf(request).project.fullPath)
    },
  )
}

function isForced(request: FastifyRequest): boolean {
  const { force } = { ...(request.query as object), ...(request.body as object | null) } as { readonly force?: unknown }
  return force === true || force === 'true'
}

/** Takes the log and everything that the job left; that it ran stays. */
async function erase(deps: JobsDeps, job: JobRecord): Promise<JobRecord> {
  if (!isFinal(job)) throw new Denial(403, '403 Forbidden', 'a job that has not ended cannot be erased')
  if (job.erasedAt !== null) throw new Denial(403, '403 Forbidden', 'the job is erased already')
  await deps.coordinator.eraseJob(job.id)
  await removeArtifacts(
    { artifacts: deps.artifacts, files: deps.artifactFiles, now: deps.view.now },
    await deps.artifacts.ofJobs([job.id]),
  )
  await deps.traces.delete(job.id)
  return (await deps.view.reads.job(job.id)) ?? job
}

async function one(view: RunView, job: JobRecord, projectPath: string) {
  const [entity] = await toJobs(view, [job], await pipelinesOf(view, [job]), projectPath)
  if (entity === undefined) throw notFound('Job')
  return entity
}

/** The pipelines of these jobs, by id. */
export async function pipelinesOf(
  view: RunView,
  jobs: readonly JobRecord[],
): Promise<ReadonlyMap<number, PipelineRecord>> {
  const pipelines = new Map<number, PipelineRecord>()
  for (const id of new Set(jobs.map(job => job.pipelineId))) {
    const pipeline = await view.reads.pipeline(id)
    if (pipeline !== null) pipelines.set(id, pipeline)
  }
  return pipelines
}
