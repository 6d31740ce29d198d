// Lists of projects: of the instance, of a group, of a person.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { roles } from '../../access/model.ts'
import type { ProjectDetails, ProjectFilter, ProjectOrder, ProjectStore } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { groupOf } from '../plugins/policy.ts'
import { flag, idParameter, integerParameter, sortQuery, visibility } from '../schema.ts'
import { memberViewerOf, viewerOf } from '../viewer.ts'
import { type ProjectView, projectEntity, toProject } from './project-entity.ts'

export type ProjectListsDeps = { readonly projectStore: ProjectStore; readonly view: ProjectView }

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

export function registerProjectLists(app: App, deps: ProjectListsDeps): void {
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
