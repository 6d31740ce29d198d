// Merge requests: which branch is meant for which, and the pipelines of that. They are merged with git.
import { Type } from '@fastify/type-provider-typebox'
import { type MergeRequestFilter, mergeRequestStates } from '../../run/merge-request-ports.ts'
import type { App } from '../app.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, oneOf } from '../schema.ts'
import { registerMergeRequestChanges } from './merge-request-changes.ts'
import { mergeRequestEntity } from './merge-request-entity.ts'
import {
  type MergeRequestsDeps,
  mergeRequestOf,
  mergeRequestParams,
  mergeRequestPath,
  mergeRequestsPath,
  showMergeRequest,
} from './merge-request-of-request.ts'
import { registerMergeRequestPipelines } from './merge-request-pipelines.ts'
import { runPage } from './run-of-request.ts'

const read = { policy: { kind: 'project', action: 'read_merge_requests' } } as const
const branch = Type.Optional(Type.String({ minLength: 1, maxLength: 1000 }))

export function registerMergeRequests(app: App, deps: MergeRequestsDeps): void {
  registerReads(app, deps)
  registerMergeRequestChanges(app, deps)
  registerMergeRequestPipelines(app, deps)
}

function registerReads(app: App, deps: MergeRequestsDeps): void {
  app.get(
    mergeRequestsPath,
    {
      config: read,
      schema: {
        operationId: 'listMergeRequests',
        tags: ['merge requests'],
        summary: 'The newest first',
        params: Type.Object(idParameter),
        querystring: Type.Object({
          ...pageQuery,
          state: Type.Optional(oneOf(['all', ...mergeRequestStates] as const)),
          source_branch: branch,
          target_branch: branch,
        }),
        response: { 200: Type.Array(mergeRequestEntity) },
      },
    },
    async (request, reply) => {
      const { state, source_branch: sourceBranch, target_branch: targetBranch } = request.query
      const filter: MergeRequestFilter = {
        ...(state === undefined || state === 'all' ? {} : { state }),
        ...(sourceBranch === undefined ? {} : { sourceBranch }),
        ...(targetBranch === undefined ? {} : { targetBranch }),
      }
      const page = pageOf(request.query)
      const { items, total } = await deps.mergeRequests.list(projectOf(request).project.id, filter, runPage(page))
      tellPage(request, reply, page, total)
      return Promise.all(items.map(item => showMergeRequest(deps, request, item)))
    },
  )

  app.get(
    mergeRequestPath,
    {
      config: read,
      schema: {
        operationId: 'getMergeRequest',
        tags: ['merge requests'],
        params: mergeRequestParams,
        response: { 200: mergeRequestEntity },
      },
    },
    async request => showMergeRequest(deps, request, await mergeRequestOf(deps, request)),
  )
}
