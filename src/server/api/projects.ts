// Projects: list, read, create, change, move, archive, delete.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { roles } from '../../access/model.ts'
import { pathFrom } from '../../access/names.ts'
import type { Access, GroupAccess } from '../../access/ports.ts'
import type { Projects } from '../../access/projects.ts'
import type { Settings } from '../../access/settings.ts'
import type {
  ProjectChange,
  ProjectDetails,
  ProjectFilter,
  ProjectOrder,
  ProjectStore,
} from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { demand, groupOf, projectOf, userOf } from '../plugins/policy.ts'
import { accepted, flag, idParameter, integerParameter, sortQuery, visibility } from '../schema.ts'
import { memberViewerOf, viewerOf } from '../viewer.ts'
import { type ProjectView, projectEntity, toProject } from './project-entity.ts'

export type ProjectsDeps = {
  readonly access: Access
  readonly projects: Projects
  readonly projectStore: ProjectStore
  readonly settings: Settings
  readonly view: ProjectView
  /** Points the repository's HEAD at another branch; false: there is no such branch. */
  readonly setDefaultBranch: (projectId: number, branch: string) => Promise<boolean>
}

const orders = ['id', 'name', 'path', 'created_at', 'updated_at', 'last_activity_at', 'similarity'] as const

const listQuery = Type.Object({
  ...pageQuery,
  ...sortQuery,
  search: Type.Optional(Type.String()),
  membership: flag,
  owned: flag,
  archived: flag,
  simple: flag,
  include_subgroups: flag,
  min_access_level: Type.Optional(Type.Integer()),
  visibility: Type.Optional(visibility),
  order_by: Type.Optional(Type.Unsafe<(typeof orders)[number]>({ type: 'string', enum: [...orders] })),
  pagination: Type.Optional(Type.String()),
  id_after: Type.Optional(Type.Integer()),
  id_before: Type.Optional(Type.Integer()),
})
type ListQuery = Static<typeof listQuery>

const changeFields = {
  name: Type.Optional(Type.String()),
  path: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  visibility: Type.Optional(visibility),
  default_branch: Type.Optional(Type.String()),
  builds_enabled: Type.Optional(Type.Boolean()),
  jobs_enabled: Type.Optional(Type.Boolean()),
  builds_access_level: Type.Optional(Type.String()),
  container_registry_enabled: Type.Optional(Type.Boolean()),
  container_registry_access_level: Type.Optional(Type.String()),
  ci_push_repository_for_job_token_allowed: Type.Optional(Type.Boolean()),
}
const changeBody = Type.Object(changeFields)
type ChangeBody = Static<typeof changeBody>

export function registerProjects(app: App, deps: ProjectsDeps): void {
  registerLists(app, deps)
  registerCreate(app, deps)
  registerOne(app, deps)
  registerMoves(app, deps)
}

function registerLists(app: App, deps: ProjectsDeps): void {
  async function list(request: FastifyRequest, reply: FastifyReply, filter: Omit<ProjectFilter, 'viewer'>) {
    const query = request.query as ListQuery
    const page = pageOf(query)
    const minLevel =
      query.owned === true
        ? roles.owner
        : (query.min_access_level ?? (query.membership === true ? roles.guest : undefined))
    const viewer = minLevel === undefined ? viewerOf(request.actor) : memberViewerOf(request.actor)
    const { search, archived, visibility: only, id_after: idAfter, id_before: idBefore } = query
    const all = { viewer, minLevel, search, archived, visibility: only, idAfter, idBefore, ...filter }
    const order = orderOf(query)
    const found = await deps.projectStore.list(all, page, order)
    if (query.pagination === 'keyset' && order.by === 'id')
      tellNextKey(request, reply, found.items, page.limit, order.ascending)
    else tellPage(request, reply, page, found.total)
    return Promise.all(found.items.map(project => toProject(deps.view, project)))
  }

  app.get(
    '/api/v4/projects',
    {
      config: { policy: { kind: 'public' } },
      schema: {
        operationId: 'listProjects',
        tags: ['projects'],
        querystring: listQuery,
        response: { 200: Type.Array(projectEntity) },
      },
    },
    async (request, reply) => list(request, reply, {}),
  )

  app.get(
    '/api/v4/groups/:id/projects',
    {
      config: { policy: { kind: 'group', action: 'read_group' } },
      schema: {
        operationId: 'listGroupProjects',
        tags: ['projects'],
        params: Type.Object(idParameter),
        querystring: listQuery,
        response: { 200: Type.Array(projectEntity) },
      },
    },
    async (request, reply) =>
      list(request, reply, { groupId: groupOf(request).group.id, includeSubgroups: request.query.include_subgroups }),
  )

  app.get(
    '/api/v4/users/:user_id/projects',
    {
      config: { policy: { kind: 'public' } },
      schema: {
        operationId: 'listUserProjects',
        tags: ['projects'],
        params: Type.Object({ user_id: integerParameter }),
        querystring: listQuery,
        response: { 200: Type.Array(projectEntity) },
      },
    },
    async (request, reply) => list(request, reply, { creatorId: request.params.user_id }),
  )
}

function registerCreate(app: App, deps: ProjectsDeps): void {
  app.post(
    '/api/v4/projects',
    {
      config: { policy: { kind: 'signed_in' } },
      schema: {
        operationId: 'createProject',
        tags: ['projects'],
        body: Type.Object({
          ...changeFields,
          namespace_id: Type.Optional(Type.Integer()),
          namespace_path: Type.Optional(Type.String()),
        }),
        response: { 201: projectEntity },
      },
    },
    async (request, reply) => {
      const { body } = request
      const { name = body.path } = body
      if (name === undefined) throw badRequest('name or path is missing')
      const group = await targetGroup(
        deps.access,
        request,
        body.namespace_id ?? body.namespace_path ?? userOf(request).username,
      )
      const settings = await deps.settings.current()
      const {
        description = '',
        path = pathFrom(name),
        default_branch: defaultBranch = settings.defaultBranchName,
      } = body
      const change = toChange(body)
      const created = await deps.projects.create(
        {
          groupId: group.group.id,
          name,
          path,
          description,
          defaultBranch,
          visibility: body.visibility ?? narrower(settings.defaultProjectVisibility, group.group.visibility),
          buildsEnabled: change.buildsEnabled ?? true,
          registryEnabled: change.registryEnabled ?? true,
        },
        userOf(request).userId,
      )
      const { registryMembersOnly = false, jobTokenMayPush = false } = change
      const project =
        registryMembersOnly || jobTokenMayPush
          ? await deps.projects.change(created, { registryMembersOnly, jobTokenMayPush })
          : created
      return reply.code(201).send(await toProject(deps.view, project ?? created, 50))
    },
  )
}

function registerOne(app: App, deps: ProjectsDeps): void {
  const params = Type.Object(idParameter)

  app.get(
    '/api/v4/projects/:id',
    {
      config: { policy: { kind: 'project', action: 'read_project' } },
      schema: { operationId: 'getProject', tags: ['projects'], params, response: { 200: projectEntity } },
    },
    async request => toProject(deps.view, await detailsOf(deps, request), projectOf(request).level),
  )

  app.put(
    '/api/v4/projects/:id',
    {
      config: { policy: { kind: 'project', action: 'change_project' } },
      schema: {
        operationId: 'changeProject',
        tags: ['projects'],
        params,
        body: changeBody,
        response: { 200: projectEntity },
      },
    },
    async request => {
      const project = await detailsOf(deps, request)
      const change = toChange(request.body)
      if (change.defaultBranch !== undefined && !(await deps.setDefaultBranch(project.id, change.defaultBranch))) {
        throw badRequest(`default_branch: there is no branch '${change.defaultBranch}'`)
      }
      const changed = await deps.projects.change(project, change)
      if (changed === null) throw notFound('Project')
      return toProject(deps.view, changed, projectOf(request).level)
    },
  )

  app.delete(
    '/api/v4/projects/:id',
    {
      config: { policy: { kind: 'project', action: 'delete_project' } },
      schema: { operationId: 'deleteProject', tags: ['projects'], params, response: { 202: accepted } },
    },
    async (request, reply) => {
      await deps.projects.remove(projectOf(request).project.id)
      return reply.code(202).send({ message: '202 Accepted' })
    },
  )
}

function registerMoves(app: App, deps: ProjectsDeps): void {
  const params = Type.Object(idParameter)
  for (const [verb, archived] of [
    ['archive', true],
    ['unarchive', false],
  ] as const) {
    app.post(
      `/api/v4/projects/:id/${verb}`,
      {
        config: { policy: { kind: 'project', action: 'archive_project' } },
        schema: { operationId: `${verb}Project`, tags: ['projects'], params, response: { 201: projectEntity } },
      },
      async (request, reply) => {
        const changed = await deps.projects.change(await detailsOf(deps, request), { archived })
        if (changed === null) throw notFound('Project')
        return reply.code(201).send(await toProject(deps.view, changed, projectOf(request).level))
      },
    )
  }

  app.put(
    '/api/v4/projects/:id/transfer',
    {
      config: { policy: { kind: 'project', action: 'delete_project' } },
      schema: {
        operationId: 'transferProject',
        tags: ['projects'],
        params,
        body: Type.Object({ namespace: Type.Union([Type.Integer(), Type.String()]) }),
        response: { 200: projectEntity },
      },
    },
    async request => {
      const target = await targetGroup(deps.access, request, request.body.namespace)
      const moved = await deps.projects.move(await detailsOf(deps, request), target.group)
      if (moved === null) throw notFound('Project')
      return toProject(deps.view, moved, projectOf(request).level)
    },
  )
}

async function detailsOf(deps: ProjectsDeps, request: FastifyRequest): Promise<ProjectDetails> {
  const details = await deps.projectStore.byId(projectOf(request).project.id)
  if (details === null) throw notFound('Project')
  return details
}

/** The group of a new or moved project, where the actor may create projects. */
async function targetGroup(access: Access, request: FastifyRequest, key: number | string): Promise<GroupAccess> {
  const found = await access.group(request.actor, typeof key === 'string' && /^[0-9]+$/.test(key) ? Number(key) : key)
  if (found === null) throw notFound('Namespace')
  demand(request.actor, found.may('create_project'), 'Namespace')
  return found
}

function narrower(
  one: ProjectDetails['visibility'],
  other: ProjectDetails['visibility'],
): ProjectDetails['visibility'] {
  const order = ['private', 'internal', 'public'] as const
  return order[Math.min(order.indexOf(one), order.indexOf(other))] ?? 'private'
}

function toChange(body: ChangeBody): ProjectChange {
  const { name, path, description, visibility: chosen, default_branch: defaultBranch } = body
  const builds = body.builds_enabled ?? body.jobs_enabled ?? switchOf('builds_access_level', body.builds_access_level)
  const registry =
    body.container_registry_enabled ?? switchOf('container_registry_access_level', body.container_registry_access_level)
  const push = body.ci_push_repository_for_job_token_allowed
  return {
    ...(name === undefined ? {} : { name }),
    ...(path === undefined ? {} : { path }),
    ...(description === undefined ? {} : { description }),
    ...(chosen === undefined ? {} : { visibility: chosen }),
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
    ...(builds === undefined ? {} : { buildsEnabled: builds }),
    ...(registry === undefined ? {} : { registryEnabled: registry }),
    ...(body.container_registry_access_level === undefined
      ? {}
      : { registryMembersOnly: body.container_registry_access_level === 'private' }),
    ...(push === undefined ? {} : { jobTokenMayPush: push }),
  }
}

function switchOf(field: string, level: string | undefined): boolean | undefined {
  if (level === undefined) return undefined
  if (level !== 'disabled' && level !== 'private' && level !== 'enabled') {
    throw new Denial(400, '400 Bad request', `${field} must be disabled, private or enabled`)
  }
  return level !== 'disabled'
}

function orderOf(query: ListQuery): ProjectOrder {
  const { order_by = 'created_at', sort = 'desc' } = query
  const by = order_by === 'updated_at' ? 'last_activity_at' : order_by === 'similarity' ? 'name' : order_by
  return { by, ascending: sort === 'asc' }
}

/** Keyset pagination: the next page starts after the last id of this one. */
function tellNextKey(
  request: FastifyRequest,
  reply: FastifyReply,
  items: readonly ProjectDetails[],
  limit: number,
  ascending: boolean,
): void {
  const last = items.at(-1)
  if (last === undefined || items.length < limit) return
  const url = new URL(request.url, `${request.protocol}://${request.host}`)
  url.searchParams.set(ascending ? 'id_after' : 'id_before', String(last.id))
  reply.header('link', `<${url.href}>; rel="next"`)
}
