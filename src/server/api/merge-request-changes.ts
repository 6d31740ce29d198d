// Merge requests are opened, changed and closed.
import { Type } from '@fastify/type-provider-typebox'
import type { MergeRequestChange } from '../../run/merge-request-ports.ts'
import type { App } from '../app.ts'
import { badRequest, Denial } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, oneOf } from '../schema.ts'
import { mergeRequestEntity } from './merge-request-entity.ts'
import {
  changeMergeRequests,
  commitOf,
  type MergeRequestsDeps,
  mergeRequestOf,
  mergeRequestParams,
  mergeRequestPath,
  mergeRequestsPath,
  showMergeRequest,
} from './merge-request-of-request.ts'
import { userIdOf } from './run-of-request.ts'

const branch = Type.Optional(Type.String({ minLength: 1, maxLength: 1000 }))
const text = {
  description: Type.Optional(Type.String({ maxLength: 1_000_000 })),
  /** A list, or names with commas between them, as GitLab takes both. */
  labels: Type.Optional(Type.Union([Type.String({ maxLength: 10_000 }), Type.Array(Type.String({ maxLength: 255 }))])),
}
const title = Type.String({ minLength: 1, maxLength: 255 })
const draftPattern = /^(\[draft\]|draft:|\(draft\))\s*/i

export function registerMergeRequestChanges(app: App, deps: MergeRequestsDeps): void {
  registerCreate(app, deps)
  registerChange(app, deps)
}

function registerCreate(app: App, deps: MergeRequestsDeps): void {
  app.post(
    mergeRequestsPath,
    {
      config: changeMergeRequests,
      schema: {
        operationId: 'createMergeRequest',
        tags: ['merge requests'],
        summary: 'Its pipeline follows, when the file has jobs for it',
        params: Type.Object(idParameter),
        body: Type.Object({
          source_branch: Type.String({ minLength: 1, maxLength: 1000 }),
          target_branch: Type.String({ minLength: 1, maxLength: 1000 }),
          title,
          ...text,
        }),
        response: { 201: mergeRequestEntity },
      },
    },
    async (request, reply) => {
      const { source_branch: sourceBranch, target_branch: targetBranch, title: words, description = '' } = request.body
      const projectId = projectOf(request).project.id
      if (sourceBranch === targetBranch) throw badRequest('You can not use same project/branch for source and target')
      const sha = await commitOf(deps, projectId, sourceBranch, 'source_branch')
      await commitOf(deps, projectId, targetBranch, 'target_branch')
      const same = { state: 'opened', sourceBranch, targetBranch } as const
      const { items } = await deps.mergeRequests.list(projectId, same, { page: 1, perPage: 1 })
      const known = items[0]
      if (known !== undefined) {
        throw new Denial(409, `Another open merge request already exists for this source branch: !${known.iid}`)
      }
      const authorId = userIdOf(request)
      const mergeRequest = await deps.mergeRequests.create(
        {
          projectId,
          sourceBranch,
          targetBranch,
          title: words,
          description,
          labels: labelsOf(request.body.labels) ?? [],
          isDraft: draftPattern.test(words),
          sha,
          authorId,
        },
        now(deps),
      )
      await deps.coordinator.runMergeRequest(mergeRequest, { userId: authorId })
      return reply.code(201).send(await showMergeRequest(deps, request, mergeRequest))
    },
  )
}

function registerChange(app: App, deps: MergeRequestsDeps): void {
  app.put(
    mergeRequestPath,
    {
      config: changeMergeRequests,
      schema: {
        operationId: 'changeMergeRequest',
        tags: ['merge requests'],
        params: mergeRequestParams,
        body: Type.Object({
          title: Type.Optional(title),
          ...text,
          target_branch: branch,
          state_event: Type.Optional(oneOf(['close', 'reopen'] as const)),
        }),
        response: { 200: mergeRequestEntity },
      },
    },
    async request => {
      const mergeRequest = await mergeRequestOf(deps, request)
      const { title: words, description, target_branch: targetBranch, state_event: event } = request.body
      if (targetBranch !== undefined) await commitOf(deps, mergeRequest.projectId, targetBranch, 'target_branch')
      if (event !== undefined && mergeRequest.state === 'merged') throw badRequest('the merge request is merged')
      const labels = labelsOf(request.body.labels)
      const wish: MergeRequestChange = {
        ...(words === undefined ? {} : { title: words, isDraft: draftPattern.test(words) }),
        ...(description === undefined ? {} : { description }),
        ...(targetBranch === undefined ? {} : { targetBranch }),
        ...(labels === null ? {} : { labels }),
        ...(event === undefined ? {} : { state: event === 'close' ? 'closed' : 'opened' }),
      }
      const changed = await deps.mergeRequests.update(mergeRequest, wish, {
        userId: userIdOf(request),
        at: now(deps),
      })
      return showMergeRequest(deps, request, changed ?? mergeRequest)
    },
  )
}

function labelsOf(given: string | readonly string[] | undefined): readonly string[] | null {
  if (given === undefined) return null
  const labels = typeof given === 'string' ? given.split(',') : given
  return labels.map(label => label.trim()).filter(label => label !== '')
}

function now({ view }: MergeRequestsDeps): string {
  return view.now().toISOString()
}
