// The pipelines of a merge request.
import { Type } from '@fastify/type-provider-typebox'
import type { App } from '../app.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import {
  commitOf,
  type MergeRequestsDeps,
  mergeRequestOf,
  mergeRequestParams,
  mergeRequestPath,
} from './merge-request-of-request.ts'
import { pipelineOfCreation } from './pipeline-create.ts'
import { pipelineBasic, pipelineFull, toPipelineBasic, toPipelineFull } from './pipeline-entity.ts'
import { runPage, userIdOf } from './run-of-request.ts'
import { peopleOf } from './run-view.ts'

export function registerMergeRequestPipelines(app: App, deps: MergeRequestsDeps): void {
  const { view } = deps
  app.get(
    `${mergeRequestPath}/pipelines`,
    {
      config: { policy: { kind: 'project', action: 'read_pipeline' } },
      schema: {
        operationId: 'listMergeRequestPipelines',
        tags: ['merge requests'],
        params: mergeRequestParams,
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(pipelineBasic) },
      },
    },
    async (request, reply) => {
      const { projectId, sourceBranch } = await mergeRequestOf(deps, request)
      const page = pageOf(request.query)
      const filter = { projectId, ref: sourceBranch, source: 'merge_request_event' } as const
      const { items, total } = await view.reads.pipelines(filter, runPage(page))
      tellPage(request, reply, page, total)
      const place = { url: view.url, projectPath: projectOf(request).project.fullPath }
      return items.map(item => toPipelineBasic(item, place))
    },
  )

  app.post(
    `${mergeRequestPath}/pipelines`,
    {
      config: { policy: { kind: 'project', action: 'change_merge_requests' } },
      schema: {
        operationId: 'createMergeRequestPipeline',
        tags: ['merge requests'],
        params: mergeRequestParams,
        response: { 201: pipelineFull },
      },
    },
    async (request, reply) => {
      const mergeRequest = await mergeRequestOf(deps, request)
      const sha = await commitOf(deps, mergeRequest.projectId, mergeRequest.sourceBranch, 'source_branch')
      const creation = await deps.coordinator.runMergeRequest({ ...mergeRequest, sha }, { userId: userIdOf(request) })
      const pipeline = pipelineOfCreation(creation)
      const people = await peopleOf(view, [pipeline.userId])
      const place = { url: view.url, projectPath: projectOf(request).project.fullPath }
      return reply.code(201).send(toPipelineFull(pipeline, place, people.get(pipeline.userId) ?? null))
    },
  )
}
