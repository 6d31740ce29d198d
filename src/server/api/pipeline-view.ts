// Pipelines as our own pages need them: all in one answer, under `/api/v4/slipway/`.
import { Type } from '@fastify/type-provider-typebox'
import type { ProjectStore, UserStore } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { pageOf, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter } from '../schema.ts'
import { pipelineRow, pipelineViewEntity, toRow, toView } from './pipeline-view-entity.ts'
import { filterOf, pipelineQuery } from './pipelines.ts'
import { pipelineOf, runPage } from './run-of-request.ts'
import { peopleOf, type RunView } from './run-view.ts'

export type PipelineViewDeps = {
  readonly view: RunView
  readonly users: Pick<UserStore, 'byLogin'>
  readonly projects: Pick<ProjectStore, 'byId'>
}

const params = Type.Object({ ...idParameter, pipeline_id: integerParameter })
const read = { policy: { kind: 'project', action: 'read_pipeline' } } as const
const base = '/api/v4/slipway/projects/:id/pipelines'

export function registerPipelineView(app: App, deps: PipelineViewDeps): void {
  const { view } = deps
  app.get(
    base,
    {
      config: read,
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
      const people = await peopleOf(
        view,
        items.map(item => item.userId),
      )
      return Promise.all(items.map(item => toRow(view, item, project.fullPath, people.get(item.userId) ?? null)))
    },
  )

  app.get(
    `${base}/:pipeline_id`,
    {
      config: read,
      schema: {
        operationId: 'getPipelineView',
        tags: ['slipway'],
        summary: 'A pipeline with its jobs, needs, children and pushed images',
        params,
        response: { 200: pipelineViewEntity },
      },
    },
    async request => {
      const pipeline = await pipelineOf(view.reads, request, request.params.pipeline_id)
      return toView(view, deps.projects, pipeline, projectOf(request).project.fullPath)
    },
  )

  for (const [path, operationId] of [
    ['explanation', 'explainPipeline'],
    ['explain', 'explainPipelineShort'],
  ] as const) {
    app.get(
      `${base}/:pipeline_id/${path}`,
      {
        config: read,
        schema: { operationId, tags: ['slipway'], summary: 'Why each job of the file is in or out', params },
      },
      async request => {
        const pipeline = await pipelineOf(view.reads, request, request.params.pipeline_id)
        const found = await view.reads.explanation(pipeline.id)
        return { explanations: found?.explanations ?? [], left_out: found?.leftOut ?? [] }
      },
    )
  }
}
