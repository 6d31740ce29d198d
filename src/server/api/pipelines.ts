// Pipelines: list, read, retry, cancel, delete, and the variables that they were given.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { UserStore } from '../../access/store-ports.ts'
import type { ArtifactFiles, ArtifactStore } from '../../artifacts/ports.ts'
import { removeArtifacts } from '../../artifacts/sweep.ts'
import type { TraceStore } from '../../logs/ports.ts'
import type { Coordinator } from '../../run/coordinator.ts'
import { jobStatuses, type PipelineStatus, pipelineSources } from '../../run/model.ts'
import type { PipelineRecord } from '../../run/records.ts'
import { type PipelineFilter, pipelineOrders } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { flag, idParameter, integerParameter, noContent, oneOf, sortQuery } from '../schema.ts'
import { pipelineBasic, pipelineFull, toPipelineBasic, toPipelineFull } from './pipeline-entity.ts'
import { pipelineOf, runPage, userIdOf } from './run-of-request.ts'
import { toVariableEntity, variableEntity } from './run-variables.ts'
import { peopleOf, type RunView } from './run-view.ts'

export type PipelinesDeps = {
  readonly view: RunView
  readonly coordinator: Pick<Coordinator, 'retryPipeline' | 'cancelPipeline' | 'deletePipeline'>
  readonly users: Pick<UserStore, 'byLogin'>
  readonly artifacts: ArtifactStore
  readonly artifactFiles: ArtifactFiles
  readonly traces: TraceStore
}

const pipelineParams = Type.Object({ ...idParameter, pipeline_id: integerParameter })
const scopes = ['running', 'pending', 'finished', 'branches', 'tags'] as const
const text = Type.Optional(Type.String({ maxLength: 255 }))

/** One, or several with commas between them. */
const statusPattern = `^(${jobStatuses.join('|')})(,(${jobStatuses.join('|')}))*$`

export const pipelineQuery = Type.Object({
  ...pageQuery,
  ...sortQuery,
  scope: Type.Optional(oneOf(scopes)),
  status: Type.Optional(Type.String({ maxLength: 255, pattern: statusPattern })),
  source: Type.Optional(oneOf(pipelineSources)),
  ref: text,
  sha: text,
  username: text,
  name: text,
  updated_after: text,
  updated_before: text,
  created_after: text,
  created_before: text,
  yaml_errors: flag,
  order_by: Type.Optional(oneOf(pipelineOrders)),
})
export type PipelineQuery = Static<typeof pipelineQuery>

export function registerPipelines(app: App, deps: PipelinesDeps): void {
  registerReads(app, deps)
  registerActions(app, deps)
}

function registerReads(app: App, deps: PipelinesDeps): void {
  const { view } = deps
  app.get(
    '/api/v4/projects/:id/pipelines',
    {
      config: { policy: { kind: 'project', action: 'read_pipeline' } },
      schema: {
        operationId: 'listPipelines',
        tags: ['pipelines'],
        params: Type.Object(idParameter),
        querystring: pipelineQuery,
        response: { 200: Type.Array(pipelineBasic) },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const page = pageOf(request.query)
      const filter = await filterOf(deps, project.id, request.query)
      const { items, total } = await view.reads.pipelines(filter, runPage(page))
      tellPage(request, reply, page, total)
      return items.map(item => toPipelineBasic(item, { url: view.url, projectPath: project.fullPath }))
    },
  )

  app.get(
    '/api/v4/projects/:id/pipelines/latest',
    {
      config: { policy: { kind: 'project', action: 'read_pipeline' } },
      schema: {
        operationId: 'getLatestPipeline',
        tags: ['pipelines'],
        params: Type.Object(idParameter),
        querystring: Type.Object({ ref: text }),
        response: { 200: pipelineFull },
      },
    },
    async request => {
      const { project } = projectOf(request)
      const pipeline = await view.reads.latestPipeline(project.id, request.query.ref ?? project.defaultBranch)
      if (pipeline === null) throw notFound('Pipeline')
      return full(view, request, pipeline)
    },
  )

  app.get(
    '/api/v4/projects/:id/pipelines/:pipeline_id',
    {
      config: { policy: { kind: 'project', action: 'read_pipeline' } },
      schema: {
        operationId: 'getPipeline',
        tags: ['pipelines'],
        params: pipelineParams,
        response: { 200: pipelineFull },
      },
    },
    async request => full(view, request, await pipelineOf(view.reads, request, request.params.pipeline_id)),
  )

  app.get(
    '/api/v4/projects/:id/pipelines/:pipeline_id/variables',
    {
      config: { policy: { kind: 'project', action: 'read_pipeline' } },
      schema: {
        operationId: 'listPipelineVariables',
        tags: ['pipelines'],
        summary: 'For who started it, and maintainers',
        params: pipelineParams,
        response: { 200: Type.Array(variableEntity) },
      },
    },
    async request => {
      const pipeline = await pipelineOf(view.reads, request, request.params.pipeline_id)
      const access = projectOf(request)
      const isOwn = pipeline.userId !== null && pipeline.userId === userIdOf(request) && access.level >= 30
      if (!isOwn && !access.may('manage_variables').allowed) {
        throw new Denial(403, '403 Forbidden', 'only who started the pipeline and maintainers see its variables')
      }
      return (await view.reads.pipelineVariables(pipeline.id)).map(toVariableEntity)
    },
  )
}

function registerActions(app: App, deps: PipelinesDeps): void {
  const { view, coordinator } = deps
  app.post(
    '/api/v4/projects/:id/pipelines/:pipeline_id/retry',
    {
      config: { policy: { kind: 'project', action: 'change_pipeline' } },
      schema: {
        operationId: 'retryPipeline',
        tags: ['pipelines'],
        params: pipelineParams,
        response: { 201: pipelineFull },
      },
    },
    async (request, reply) => {
      const { id } = await pipelineOf(view.reads, request, request.params.pipeline_id)
      const pipeline = await coordinator.retryPipeline(id, { userId: userIdOf(request) })
      return reply.code(201).send(await full(view, request, pipeline))
    },
  )

  app.post(
    '/api/v4/projects/:id/pipelines/:pipeline_id/cancel',
    {
      config: { policy: { kind: 'project', action: 'change_pipeline' } },
      schema: {
        operationId: 'cancelPipeline',
        tags: ['pipelines'],
        params: pipelineParams,
        response: { 200: pipelineFull },
      },
    },
    async request => {
      const { id } = await pipelineOf(view.reads, request, request.params.pipeline_id)
      return full(view, request, await coordinator.cancelPipeline(id))
    },
  )

  app.delete(
    '/api/v4/projects/:id/pipelines/:pipeline_id',
    {
      config: { policy: { kind: 'project', action: 'delete_pipeline' } },
      schema: {
        operationId: 'deletePipeline',
        tags: ['pipelines'],
        summary: 'With its jobs, logs and artifacts',
        params: pipelineParams,
        response: { 204: noContent },
      },
    },
    async (request, reply) => deletePipeline(deps, request, reply, request.params.pipeline_id),
  )
}

async function deletePipeline(deps: PipelinesDeps, request: FastifyRequest, reply: FastifyReply, pipelineId: number) {
  const pipeline = await pipelineOf(deps.view.reads, request, pipelineId)
  const jobs = await deps.view.reads.jobsOfPipeline(pipeline.id, true)
  await deps.coordinator.deletePipeline(pipeline.id)
  const artifacts = await deps.artifacts.ofJobs(jobs.map(job => job.id))
  await removeArtifacts({ artifacts: deps.artifacts, files: deps.artifactFiles, now: deps.view.now }, artifacts)
  for (const job of jobs) await deps.traces.delete(job.id)
  return reply.code(204).send(null)
}

async function full(view: RunView, request: FastifyRequest, pipeline: PipelineRecord) {
  const people = await peopleOf(view, [pipeline.userId])
  const place = { url: view.url, projectPath: projectOf(request).project.fullPath }
  return toPipelineFull(pipeline, place, people.get(pipeline.userId) ?? null)
}

const finished: readonly PipelineStatus[] = ['success', 'failed', 'canceled', 'skipped']

export async function filterOf(
  deps: { readonly users: Pick<UserStore, 'byLogin'> },
  projectId: number,
  query: PipelineQuery,
): Promise<PipelineFilter> {
  const statuses = query.status === undefined ? statusesOf(query.scope) : (query.status.split(',') as PipelineStatus[])
  // Somebody who does not exist has started nothing.
  const user = query.username === undefined ? null : ((await deps.users.byLogin(query.username))?.user.id ?? 0)
  return {
    projectId,
    ...(statuses === null ? {} : { statuses }),
    ...(query.source === undefined ? {} : { source: query.source }),
    ...(query.ref === undefined ? {} : { ref: query.ref }),
    ...(query.sha === undefined ? {} : { sha: query.sha }),
    ...(query.name === undefined ? {} : { name: query.name }),
    ...(user === null ? {} : { userId: user }),
    ...(query.updated_after === undefined ? {} : { updatedAfter: timeOf(query.updated_after) }),
    ...(query.updated_before === undefined ? {} : { updatedBefore: timeOf(query.updated_before) }),
    ...(query.created_after === undefined ? {} : { createdAfter: timeOf(query.created_after) }),
    ...(query.created_before === undefined ? {} : { createdBefore: timeOf(query.created_before) }),
    ...(query.scope === 'branches' ? { latestOf: 'branch' as const } : {}),
    ...(query.scope === 'tags' ? { latestOf: 'tag' as const } : {}),
    ...(query.yaml_errors === undefined ? {} : { hasErrors: query.yaml_errors }),
    order: query.order_by ?? 'id',
    ascending: query.sort === 'asc',
    ...(query.source === 'parent_pipeline' ? { withChildren: true } : {}),
  }
}

function statusesOf(scope: PipelineQuery['scope']): readonly PipelineStatus[] | null {
  if (scope === 'running' || scope === 'pending') return [scope]
  return scope === 'finished' ? finished : null
}

export function timeOf(given: string): string {
  const time = new Date(given)
  if (Number.isNaN(time.getTime())) throw new Denial(400, '400 Bad request', `'${given}' is no time`)
  return time.toISOString()
}
