// What the pages of pipelines show: rows with their stages, one pipeline with all its jobs and what they need, and why
// each job of the file is in or out.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Access } from '../../access/ports.ts'
import type { UserStore } from '../../access/store-ports.ts'
import type { Explanation } from '../../pipeline/model.ts'
import type { JobRecord, PipelineRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { pageOf, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter } from '../schema.ts'
import { filterOf, pipelineQuery } from './pipelines.ts'
import { pipelineOf, runPage } from './run-of-request.ts'
import { peopleOf, type RunView } from './run-view.ts'
import {
  type JobView,
  pipelineRow,
  pipelineView,
  toDiagnostics,
  toJobView,
  toPipelineRow,
} from './web-pipeline-entity.ts'

export type WebPipelinesDeps = {
  readonly view: Pick<RunView, 'reads' | 'users' | 'url'>
  readonly users: Pick<UserStore, 'byLogin'>
  readonly access: Pick<Access, 'project'>
}

const pipelineParams = Type.Object({ ...idParameter, pipeline_id: integerParameter })

export function registerWebPipelines(app: App, deps: WebPipelinesDeps): void {
  const { view } = deps
  app.get(
    '/api/v4/slipway/projects/:id/pipelines',
    {
      config: { policy: { kind: 'project', action: 'read_pipeline' } },
      schema: {
        operationId: 'listPipelineRows',
        tags: ['slipway'],
        summary: 'Pipelines with the status of their stages',
        params: Type.Object(idParameter),
        querystring: pipelineQuery,
        response: { 200: Type.Array(pipelineRow) },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const page = pageOf(request.query)
      const { items, total } = await view.reads.pipelines(
        await filterOf(deps, project.id, request.query),
        runPage(page),
      )
      tellPage(request, reply, page, total)
      return pipelineRowsOf(view, items, () => project.fullPath)
    },
  )

  app.get(
    '/api/v4/slipway/projects/:id/pipelines/:pipeline_id',
    {
      config: { policy: { kind: 'project', action: 'read_pipeline' } },
      schema: {
        operationId: 'getPipelineView',
        tags: ['slipway'],
        summary: 'A pipeline with all its jobs, what they need and what they pushed',
        params: pipelineParams,
        response: { 200: pipelineView },
      },
    },
    async request => viewOf(deps, request, await pipelineOf(view.reads, request, request.params.pipeline_id)),
  )

  app.get(
    '/api/v4/slipway/projects/:id/pipelines/:pipeline_id/explanation',
    {
      config: { policy: { kind: 'project', action: 'read_pipeline' } },
      schema: {
        operationId: 'explainPipeline',
        tags: ['slipway'],
        summary: 'Why each job of the file is in or out',
        params: pipelineParams,
        response: {
          200: Type.Object({
            explanations: Type.Array(Type.Unsafe<Explanation>({})),
            left_out: Type.Array(Type.Object({ name: Type.String(), reason: Type.String() })),
          }),
        },
      },
    },
    async request => {
      const pipeline = await pipelineOf(view.reads, request, request.params.pipeline_id)
      const found = await view.reads.explanation(pipeline.id)
      // Values of variables may be secrets: they are for those who may run jobs, and could print them there.
      const maySeeValues =
        projectOf(request).may('create_pipeline').allowed || projectOf(request).may('lint_pipeline').allowed
      const explanations = found?.explanations ?? []
      return {
        explanations: maySeeValues ? [...explanations] : explanations.map(withoutValues),
        left_out: (found?.leftOut ?? []).map(({ name, reason }) => ({ name, reason })),
      }
    },
  )
}

/** @param pathOf the full path of a project that the reader sees */
export async function pipelineRowsOf(
  view: WebPipelinesDeps['view'],
  pipelines: readonly PipelineRecord[],
  pathOf: (projectId: number) => string,
) {
  const people = await peopleOf(
    view,
    pipelines.map(pipeline => pipeline.userId),
  )
  const jobs = await Promise.all(pipelines.map(pipeline => view.reads.jobsOfPipeline(pipeline.id, false)))
  return pipelines.map((pipeline, index) =>
    toPipelineRow({
      pipeline,
      projectPath: pathOf(pipeline.projectId),
      user: people.get(pipeline.userId) ?? null,
      jobs: jobs[index] ?? [],
    }),
  )
}

async function viewOf(deps: WebPipelinesDeps, request: FastifyRequest, pipeline: PipelineRecord) {
  const { reads } = deps.view
  const { project } = projectOf(request)
  const jobs = await reads.jobsOfPipeline(pipeline.id, true)
  const newest = jobs.filter(job => !job.isRetried)
  const plans = new Map(
    (
      await reads.plansOf(
        pipeline.id,
        newest.map(job => job.name),
      )
    ).map(plan => [plan.name, plan]),
  )
  const downstream = await downstreamOf(deps, request, newest)
  const people = await peopleOf(deps.view, [pipeline.userId])
  const names = new Map(jobs.map(job => [job.id, job.name]))
  const children = await visibleChildren(deps, request, pipeline, downstream)
  return {
    ...toPipelineRow({
      pipeline,
      projectPath: project.fullPath,
      user: people.get(pipeline.userId) ?? null,
      jobs: newest,
    }),
    before_sha: pipeline.beforeSha,
    queued_duration: pipeline.queuedSeconds,
    coverage: pipeline.coverage,
    errors: toDiagnostics(pipeline.errors),
    warnings: toDiagnostics(pipeline.warnings),
    parent: await parentOf(deps, request, pipeline),
    children,
    jobs: jobs.map(job => toJobView(job, plans.get(job.name), downstream.get(job.id)?.shown ?? null)),
    images: (await reads.pushedImages(pipeline.id)).map(image => ({
      job_id: image.jobId,
      job_name: names.get(image.jobId) ?? '',
      repository: image.repository,
      tag: image.tag,
      digest: image.digest,
    })),
  }
}

type Downstream = { readonly pipeline: PipelineRecord; readonly shown: NonNullable<JobView['downstream_pipeline']> }

/** By the job that started it; one of a project that the reader does not see is left out. */
async function downstreamOf(
  deps: WebPipelinesDeps,
  request: FastifyRequest,
  jobs: readonly JobRecord[],
): Promise<ReadonlyMap<number, Downstream>> {
  const found = new Map<number, Downstream>()
  for (const job of jobs) {
    if (job.downstreamPipelineId === null) continue
    const pipeline = await deps.view.reads.pipeline(job.downstreamPipelineId)
    const path = pipeline === null ? null : await visiblePath(deps, request, pipeline.projectId)
    if (pipeline !== null && path !== null) {
      found.set(job.id, { pipeline, shown: { id: pipeline.id, project_path: path, status: pipeline.status } })
    }
  }
  return found
}

async function visibleChildren(
  deps: WebPipelinesDeps,
  request: FastifyRequest,
  pipeline: PipelineRecord,
  downstream: ReadonlyMap<number, Downstream>,
) {
  const children = new Map((await deps.view.reads.children(pipeline.id)).map(child => [child.id, child]))
  for (const each of downstream.values()) children.set(each.pipeline.id, each.pipeline)
  const paths = new Map<number, string>()
  for (const child of children.values()) {
    const path = await visiblePath(deps, request, child.projectId)
    if (path !== null) paths.set(child.projectId, path)
  }
  const visible = [...children.values()]
    .filter(child => paths.has(child.projectId))
    .sort((one, other) => one.id - other.id)
  return pipelineRowsOf(deps.view, visible, projectId => paths.get(projectId) ?? '')
}

async function parentOf(deps: WebPipelinesDeps, request: FastifyRequest, pipeline: PipelineRecord) {
  const sourceJob = pipeline.sourceJobId === null ? null : await deps.view.reads.job(pipeline.sourceJobId)
  const parentId = pipeline.parentPipelineId ?? sourceJob?.pipelineId ?? null
  const parent = parentId === null ? null : await deps.view.reads.pipeline(parentId)
  const path = parent === null ? null : await visiblePath(deps, request, parent.projectId)
  return parent === null || path === null ? null : { id: parent.id, project_path: path }
}

/** Null: the reader may not see pipelines of that project. */
async function visiblePath(deps: WebPipelinesDeps, request: FastifyRequest, projectId: number): Promise<string | null> {
  const own = projectOf(request).project
  if (own.id === projectId) return own.fullPath
  const found = await deps.access.project(request.actor, projectId)
  return found?.may('read_pipeline').allowed ? found.project.fullPath : null
}

function withoutValues(explanation: Explanation): Explanation {
  return { ...explanation, clauses: explanation.clauses.map(clause => ({ ...clause, values: {} })) }
}
