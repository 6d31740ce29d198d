// Runners: list, read, change, delete, and what they do.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Access } from '../../access/ports.ts'
import type { GroupStore, ProjectStore } from '../../access/store-ports.ts'
import { jobStatuses } from '../../run/model.ts'
import type { LiveBus } from '../../run/ports.ts'
import type { RunnerRecord } from '../../run/records.ts'
import type { RunnerFilter, RunnerStore } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { groupOf, projectOf, userOf } from '../plugins/policy.ts'
import { type RunnerFields, runnerFields, tagsOf } from '../runner-api/runner-fields.ts'
import { idParameter, integerParameter, noContent, oneOf } from '../schema.ts'
import { placedJobEntity, toJobs } from './job-entity.ts'
import { pipelinesOf } from './jobs.ts'
import { runPage } from './run-of-request.ts'
import type { RunView } from './run-view.ts'
import { type RunnerStatus, runnerBasic, runnerFull, statusOf, toRunnerBasic, toRunnerFull } from './runner-entity.ts'

export type RunnersDeps = {
  readonly view: RunView
  readonly runners: RunnerStore
  readonly projects: Pick<ProjectStore, 'byId'>
  readonly groups: Pick<GroupStore, 'byId'>
  readonly access: Pick<Access, 'project' | 'group'>
  readonly mintRunnerToken: () => { readonly token: string; readonly hash: string }
  readonly bus: LiveBus
}

const types = { instance_type: 'instance', group_type: 'group', project_type: 'project' } as const
const listQuery = Type.Object({
  ...pageQuery,
  type: Type.Optional(
    Type.Union([Type.Literal('instance_type'), Type.Literal('group_type'), Type.Literal('project_type')]),
  ),
  status: Type.Optional(Type.String({ maxLength: 50 })),
  paused: Type.Optional(Type.Boolean()),
  tag_list: Type.Optional(Type.String({ maxLength: 2000 })),
})
type ListQuery = {
  readonly page?: number
  readonly per_page?: number
  readonly type?: keyof typeof types
  readonly status?: string
  readonly paused?: boolean
  readonly tag_list?: string
}
const params = Type.Object({ runner_id: integerParameter })
const selfChecked = {
  policy: { kind: 'self_checked', why: 'administrators, and those who may manage the runners of its project or group' },
} as const

export function registerRunners(app: App, deps: RunnersDeps): void {
  registerLists(app, deps)
  registerOne(app, deps)
  registerChanges(app, deps)
}

function registerLists(app: App, deps: RunnersDeps): void {
  const schema = (operationId: string, query: typeof listQuery = listQuery) =>
    ({ operationId, tags: ['runners'], querystring: query, response: { 200: Type.Array(runnerBasic) } }) as const

  app.get(
    '/api/v4/runners/all',
    { config: { policy: { kind: 'admin' } }, schema: schema('listAllRunners') },
    async (request, reply) => {
      const page = pageOf(request.query)
      const { items, total } = await find(deps, request.query, {}, page)
      tellPage(request, reply, page, total)
      return items
    },
  )

  app.get(
    '/api/v4/runners',
    {
      config: { policy: { kind: 'signed_in' } },
      schema: { ...schema('listRunners'), summary: 'Those that one may manage' },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const actor = userOf(request)
      // People other than administrators manage runners where they are maintainers: told by project and by group.
      const { items, total } = actor.isAdmin ? await find(deps, request.query, {}, page) : { items: [], total: 0 }
      tellPage(request, reply, page, total)
      return items
    },
  )

  app.get(
    '/api/v4/projects/:id/runners',
    {
      config: { policy: { kind: 'project', action: 'read_runners' } },
      schema: { ...schema('listProjectRunners'), params: Type.Object(idParameter) },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const { items, total } = await find(deps, request.query, { projectId: projectOf(request).project.id }, page)
      tellPage(request, reply, page, total)
      return items
    },
  )

  app.get(
    '/api/v4/groups/:id/runners',
    {
      config: { policy: { kind: 'group', action: 'read_group_runners' } },
      schema: { ...schema('listGroupRunners'), params: Type.Object(idParameter) },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const { items, total } = await find(deps, request.query, { groupId: groupOf(request).group.id }, page)
      tellPage(request, reply, page, total)
      return items
    },
  )
}

async function find(deps: RunnersDeps, query: ListQuery, place: RunnerFilter, page: ReturnType<typeof pageOf>) {
  const tags = tagsOf(query.tag_list)
  const paused = query.status === 'paused' ? true : query.status === 'active' ? false : query.paused
  const filter: RunnerFilter = {
    ...place,
    ...(query.type === undefined ? {} : { scope: types[query.type] }),
    ...(paused === undefined ? {} : { isPaused: paused }),
    ...(tags === undefined ? {} : { tags }),
  }
  const now = deps.view.now()
  const wanted = statusIn(query.status)
  if (wanted === null) {
    const { items, total } = await deps.runners.list(filter, runPage(page))
    return { items: items.map(runner => toRunnerBasic(runner, now)), total }
  }
  // How a runner stands follows from the clock: all are looked at.
  const { items } = await deps.runners.list(filter, { page: 1, perPage: 10_000 })
  const matching = items.filter(runner => statusOf(runner, now) === wanted)
  const shown = matching.slice(page.offset, page.offset + page.limit)
  return { items: shown.map(runner => toRunnerBasic(runner, now)), total: matching.length }
}

function statusIn(status: string | undefined): RunnerStatus | null {
  const statuses: readonly string[] = [
    'online',
    'offline',
    'stale',
    'never_contacted',
  ] satisfies readonly RunnerStatus[]
  return status !== undefined && statuses.includes(status) ? (status as RunnerStatus) : null
}

function registerOne(app: App, deps: RunnersDeps): void {
  app.get(
    '/api/v4/runners/:runner_id',
    {
      config: selfChecked,
      schema: { operationId: 'getRunner', tags: ['runners'], params, response: { 200: runnerFull } },
    },
    async request => full(deps, await managed(deps, request, 'read')),
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
      const runner = await managed(deps, request, 'read')
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
          return entity === undefined || project === null ? [] : [{ ...entity, project: named(project) }]
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
      const runner = await managed(deps, request, 'change')
      const changed = await deps.runners.update(runner.id, changeOf(runner, request.body))
      if (changed === null) throw notFound('Runner')
      deps.bus.publish('runners', { kind: 'runner', runnerId: runner.id })
      return full(deps, changed)
    },
  )

  app.delete(
    '/api/v4/runners/:runner_id',
    {
      config: selfChecked,
      schema: { operationId: 'deleteRunner', tags: ['runners'], params, response: { 204: noContent } },
    },
    async (request, reply) => {
      const runner = await managed(deps, request, 'change')
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
      const runner = await managed(deps, request, 'change')
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

/** The runner, if the actor may see or change it; it exists for nobody else. */
async function managed(deps: RunnersDeps, request: FastifyRequest, wish: 'read' | 'change'): Promise<RunnerRecord> {
  const { runner_id: id } = request.params as { readonly runner_id: number }
  const actor = userOf(request)
  const runner = await deps.runners.byId(id)
  if (runner !== null && (await mayManage(deps, request, runner, wish))) return runner
  if (runner === null || !actor.isAdmin) throw notFound('Runner')
  throw new Denial(403, '403 Forbidden')
}

async function mayManage(
  deps: RunnersDeps,
  request: FastifyRequest,
  runner: RunnerRecord,
  wish: 'read' | 'change',
): Promise<boolean> {
  const actor = userOf(request)
  if (actor.isAdmin)
    return (
      actor.scopes === 'all' || actor.scopes.includes('api') || (wish === 'read' && actor.scopes.includes('read_api'))
    )
  for (const projectId of runner.scope === 'project' ? runner.projectIds : []) {
    const found = await deps.access.project(actor, projectId)
    if (found?.may(wish === 'read' ? 'read_runners' : 'change_runners').allowed === true) return true
  }
  for (const groupId of runner.scope === 'group' ? runner.groupIds : []) {
    const found = await deps.access.group(actor, groupId)
    if (found?.may(wish === 'read' ? 'read_group_runners' : 'change_group_runners').allowed === true) return true
  }
  return false
}

async function full(deps: RunnersDeps, runner: RunnerRecord) {
  const projects = await Promise.all(
    (runner.scope === 'project' ? runner.projectIds : []).map(id => deps.projects.byId(id)),
  )
  const groups = await Promise.all((runner.scope === 'group' ? runner.groupIds : []).map(id => deps.groups.byId(id)))
  return toRunnerFull(runner, deps.view.now(), {
    projects: projects.flatMap(project => (project === null ? [] : [named(project)])),
    groups: groups.flatMap(group =>
      group === null ? [] : [{ id: group.id, name: group.name, web_url: `${deps.view.url}/groups/${group.fullPath}` }],
    ),
  })
}

function named({
  id,
  name,
  path,
  fullPath,
}: {
  readonly id: number
  readonly name: string
  readonly path: string
  readonly fullPath: string
}) {
  return { id, name, path, path_with_namespace: fullPath }
}
