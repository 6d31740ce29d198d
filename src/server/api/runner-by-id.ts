// One runner: read, what it does, change, delete, a new token.
import { Type } from '@fastify/type-provider-typebox'
import { jobStatuses } from '../../run/model.ts'
import type { RunnerRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { type RunnerFields, runnerFields, tagsOf } from '../runner-api/runner-fields.ts'
import { integerParameter, noContent, oneOf } from '../schema.ts'
import { placedJobEntity, toJobs } from './job-entity.ts'
import { pipelinesOf } from './jobs.ts'
import { managedRunner, namedProject, type RunnersDeps, wholeRunner } from './managed-runner.ts'
import { runPage } from './run-of-request.ts'
import { runnerFull } from './runner-entity.ts'

const params = Type.Object({ runner_id: integerParameter })
const selfChecked = {
  policy: { kind: 'self_checked', why: 'administrators, and those who may manage the runners of its project or group' },
} as const

export function registerRunnerById(app: App, deps: RunnersDeps): void {
  registerOne(app, deps)
  registerChanges(app, deps)
}

function registerOne(app: App, deps: RunnersDeps): void {
  app.get(
    '/api/v4/runners/:runner_id',
    {
      config: selfChecked,
      schema: { operationId: 'getRunner', tags: ['runners'], params, response: { 200: runnerFull } },
    },
    async request => wholeRunner(deps, await managedRunner(deps, request, 'read')),
  )

  app.get(
    '/api/v4/runners/:runner_id/jobs',
    {
      config: selfChecked,
      schema: {
        operationId: 'listRunnerJobs',
        tags: ['runners'],
        params,
        querystring: Type.Object({
          ...pageQuery,
          status: Type.Optional(oneOf(jobStatuses)),
        }),
        response: { 200: Type.Array(placedJobEntity) },
      },
    },
    async (request, reply) => {
      const runner = await managedRunner(deps, request, 'read')
      const page = pageOf(request.query)
      const { status } = request.query
      const filter = {
        runnerId: runner.id,
        includeRetried: true,
        ...(status === undefined ? {} : { statuses: [status] }),
      }
      const { items, total } = await deps.view.reads.jobs(filter, runPage(page))
      tellPage(request, reply, page, total)
      const pipelines = await pipelinesOf(deps.view, items)
      const entities = await Promise.all(
        items.map(async job => {
          const project = await deps.projects.byId(job.projectId)
          const [entity] = await toJobs(deps.view, [job], pipelines, project?.fullPath ?? '')
          return entity === undefined || project === null ? [] : [{ ...entity, project: namedProject(project) }]
        }),
      )
      return entities.flat()
    },
  )
}

function registerChanges(app: App, deps: RunnersDeps): void {
  app.put(
    '/api/v4/runners/:runner_id',
    {
      config: selfChecked,
      schema: {
        operationId: 'changeRunner',
        tags: ['runners'],
        params,
        body: Type.Object({ ...runnerFields, active: Type.Optional(Type.Boolean()) }),
        response: { 200: runnerFull },
      },
    },
    async request => {
      const runner = await managedRunner(deps, request, 'change')
      const changed = await deps.runners.update(runner.id, changeOf(runner, request.body))
      if (changed === null) throw notFound('Runner')
      deps.bus.publish('runners', { kind: 'runner', runnerId: runner.id })
      return wholeRunner(deps, changed)
    },
  )

  app.delete(
    '/api/v4/runners/:runner_id',
    {
      config: selfChecked,
      schema: { operationId: 'deleteRunner', tags: ['runners'], params, response: { 204: noContent } },
    },
    async (request, reply) => {
      const runner = await managedRunner(deps, request, 'change')
      await deps.runners.delete(runner.id)
      deps.bus.publish('runners', { kind: 'runner', runnerId: runner.id })
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/v4/runners/:runner_id/reset_authentication_token',
    {
      config: selfChecked,
      schema: {
        operationId: 'resetRunnerToken',
        tags: ['runners'],
        summary: 'The old token is dead at once; the new one is shown once',
        params,
        response: { 201: Type.Object({ token: Type.String(), token_expires_at: Type.Null() }) },
      },
    },
    async (request, reply) => {
      const runner = await managedRunner(deps, request, 'change')
      const { token, hash } = deps.mintRunnerToken()
      await deps.runners.replaceToken(runner.id, hash)
      return reply.code(201).send({ token, token_expires_at: null })
    },
  )
}

function changeOf(runner: RunnerRecord, fields: RunnerFields & { readonly active?: boolean }) {
  const tags = tagsOf(fields.tag_list)
  const runUntagged = fields.run_untagged ?? runner.runUntagged
  if ((tags ?? runner.tags).length === 0 && !runUntagged)
    throw badRequest('a runner without tags must run untagged jobs')
  const isPaused = fields.paused ?? (fields.active === undefined ? undefined : !fields.active)
  return {
    runUntagged,
    ...(fields.description === undefined ? {} : { description: fields.description }),
    ...(tags === undefined ? {} : { tags }),
    ...(isPaused === undefined ? {} : { isPaused }),
    ...(fields.access_level === undefined ? {} : { isProtectedOnly: fields.access_level === 'ref_protected' }),
  }
}
