// Merge requests: which branch is meant for which, and the pipelines of that. They are merged with git.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Coordinator } from '../../run/coordinator.ts'
import {
  type MergeRequestChange,
  type MergeRequestFilter,
  type MergeRequestRecord,
  type MergeRequestStore,
  mergeRequestStates,
} from '../../run/merge-request-ports.ts'
import type { Repositories } from '../../run/ports.ts'
import type { App } from '../app.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter, oneOf } from '../schema.ts'
import { mergeRequestEntity, toMergeRequest } from './merge-request-entity.ts'
import { pipelineOfCreation } from './pipeline-create.ts'
import { pipelineBasic, pipelineFull, toPipelineBasic, toPipelineFull } from './pipeline-entity.ts'
import { runPage, userIdOf } from './run-of-request.ts'
import { peopleOf, type RunView } from './run-view.ts'

export type MergeRequestsDeps = {
  readonly view: RunView
  readonly mergeRequests: MergeRequestStore
  readonly coordinator: Pick<Coordinator, 'runMergeRequest'>
  readonly repositories: Pick<Repositories, 'resolve'>
}

const base = '/api/v4/projects/:id/merge_requests'
const read = { policy: { kind: 'project', action: 'read_merge_requests' } } as const
const change = { policy: { kind: 'project', action: 'change_merge_requests' } } as const
const params = Type.Object({ ...idParameter, merge_request_iid: integerParameter })
const branch = Type.Optional(Type.String({ minLength: 1, maxLength: 1000 }))

export function registerMergeRequests(app: App, deps: MergeRequestsDeps): void {
  registerReads(app, deps)
  registerCreate(app, deps)
  registerChange(app, deps)
  registerPipelines(app, deps)
}

function registerReads(app: App, deps: MergeRequestsDeps): void {
  app.get(
    base,
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
      return Promise.all(items.map(item => show(deps, request, item)))
    },
  )

  app.get(
    `${base}/:merge_request_iid`,
    {
      config: read,
      schema: {
        operationId: 'getMergeRequest',
        tags: ['merge requests'],
        params,
        response: { 200: mergeRequestEntity },
      },
    },
    async request => show(deps, request, await mergeRequestOf(deps, request)),
  )
}

const text = {
  description: Type.Optional(Type.String({ maxLength: 1_000_000 })),
  /** A list, or names with commas between them, as GitLab takes both. */
  labels: Type.Optional(Type.Union([Type.String({ maxLength: 10_000 }), Type.Array(Type.String({ maxLength: 255 }))])),
}
const title = Type.String({ minLength: 1, maxLength: 255 })
const draftPattern = /^(\[draft\]|draft:|\(draft\))\s*/i

function registerCreate(app: App, deps: MergeRequestsDeps): void {
  app.post(
    base,
    {
      config: change,
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
      return reply.code(201).send(await show(deps, request, mergeRequest))
    },
  )
}

function registerChange(app: App, deps: MergeRequestsDeps): void {
  app.put(
    `${base}/:merge_request_iid`,
    {
      config: change,
      schema: {
        operationId: 'changeMergeRequest',
        tags: ['merge requests'],
        params,
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
      const changed = await deps.mergeRequests.update(mergeRequest.id, wish, now(deps))
      return show(deps, request, changed ?? mergeRequest)
    },
  )
}

function registerPipelines(app: App, deps: MergeRequestsDeps): void {
  const { view } = deps
  app.get(
    `${base}/:merge_request_iid/pipelines`,
    {
      config: { policy: { kind: 'project', action: 'read_pipeline' } },
      schema: {
        operationId: 'listMergeRequestPipelines',
        tags: ['merge requests'],
        params,
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
    `${base}/:merge_request_iid/pipelines`,
    {
      config: { policy: { kind: 'project', action: 'create_pipeline' } },
      schema: {
        operationId: 'createMergeRequestPipeline',
        tags: ['merge requests'],
        params,
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

async function mergeRequestOf(deps: MergeRequestsDeps, request: FastifyRequest): Promise<MergeRequestRecord> {
  const { merge_request_iid: iid } = request.params as { readonly merge_request_iid: number }
  const mergeRequest = await deps.mergeRequests.byIid(projectOf(request).project.id, iid)
  if (mergeRequest === null) throw notFound('Merge Request')
  return mergeRequest
}

async function commitOf(deps: MergeRequestsDeps, projectId: number, name: string, field: string): Promise<string> {
  const sha = await deps.repositories.resolve(projectId, { kind: 'branch', name })
  if (sha === null) throw badRequest(`${field}: there is no branch '${name}'`)
  return sha
}

async function show({ view }: MergeRequestsDeps, request: FastifyRequest, mergeRequest: MergeRequestRecord) {
  const people = await peopleOf(view, [mergeRequest.authorId])
  return toMergeRequest(mergeRequest, {
    projectPath: projectOf(request).project.fullPath,
    url: view.url,
    author: people.get(mergeRequest.authorId) ?? null,
  })
}

function labelsOf(given: string | readonly string[] | undefined): readonly string[] | null {
  if (given === undefined) return null
  const labels = typeof given === 'string' ? given.split(',') : given
  return labels.map(label => label.trim()).filter(label => label !== '')
}

function now({ view }: MergeRequestsDeps): string {
  return view.now().toISOString()
}
