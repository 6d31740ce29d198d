// Lists of runners: all, those of a project, those of a group.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { RunnerRecord } from '../../run/records.ts'
import type { RunnerFilter } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { groupOf, projectOf, userOf } from '../plugins/policy.ts'
import { tagsOf } from '../runner-api/runner-fields.ts'
import { idParameter } from '../schema.ts'
import { mayManage, type RunnersDeps } from './managed-runner.ts'
import { runPage } from './run-of-request.ts'
import { registerRunnerAssignment } from './runner-assignment.ts'
import { registerRunnerById } from './runner-by-id.ts'
import { type RunnerStatus, runnerBasic, statusOf, toRunnerBasic } from './runner-entity.ts'

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
export function registerRunners(app: App, deps: RunnersDeps): void {
  registerLists(app, deps)
  registerRunnerById(app, deps)
  registerRunnerAssignment(app, deps)
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
      const { items, total } = userOf(request).isAdmin
        ? await find(deps, request.query, {}, page)
        : await findManaged(deps, request, page)
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
  const filter = { ...place, ...filterOf(query) }
  const now = deps.view.now()
  const wanted = statusIn(query.status)
  if (wanted === null) {
    const { items, total } = await deps.runners.list(filter, runPage(page))
    return { items: items.map(runner => toRunnerBasic(runner, now)), total }
  }
  // How a runner stands follows from the clock: all are looked at.
  const { items } = await deps.runners.list(filter, all)
  return pieceOf(items, query, page, now)
}

/** Of people who are no administrators: the runners of the projects and groups where they may manage them. */
async function findManaged(
  deps: RunnersDeps,
  request: FastifyRequest & { readonly query: ListQuery },
  page: ReturnType<typeof pageOf>,
) {
  const { items } = await deps.runners.list(filterOf(request.query), all)
  const managed: RunnerRecord[] = []
  for (const runner of items) if (await mayManage(deps, request, runner, 'read')) managed.push(runner)
  return pieceOf(managed, request.query, page, deps.view.now())
}

const all = { page: 1, perPage: 10_000 }

function filterOf(query: ListQuery): RunnerFilter {
  const tags = tagsOf(query.tag_list)
  const paused = query.status === 'paused' ? true : query.status === 'active' ? false : query.paused
  return {
    ...(query.type === undefined ? {} : { scope: types[query.type] }),
    ...(paused === undefined ? {} : { isPaused: paused }),
    ...(tags === undefined ? {} : { tags }),
  }
}

function pieceOf(runners: readonly RunnerRecord[], query: ListQuery, page: ReturnType<typeof pageOf>, now: Date) {
  const wanted = statusIn(query.status)
  const matching = runners.filter(runner => wanted === null || statusOf(runner, now) === wanted)
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
