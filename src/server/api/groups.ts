// Groups and the groups in them.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Groups } from '../../access/groups.ts'
import { type AccessLevel, type Group, roles } from '../../access/model.ts'
import { pathFrom } from '../../access/names.ts'
import type { Access } from '../../access/ports.ts'
import type { GroupFilter, GroupStore } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { Denial, notFound } from '../plugins/errors.ts'
import { type Page, pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { demand, groupOf, userOf } from '../plugins/policy.ts'
import { accepted, flag, idParameter, nullableInteger, sortQuery, visibility } from '../schema.ts'
import { memberViewerOf, viewerOf } from '../viewer.ts'
import { groupEntity, namespaceEntity, toGroup, toNamespace } from './group-entity.ts'

export type GroupsDeps = {
  readonly access: Access
  readonly groups: Groups
  readonly groupStore: GroupStore
  readonly url: string
}

const listQuery = Type.Object({
  ...pageQuery,
  ...sortQuery,
  search: Type.Optional(Type.String()),
  owned: flag,
  top_level_only: flag,
  all_available: flag,
  min_access_level: Type.Optional(Type.Integer()),
  visibility: Type.Optional(visibility),
  order_by: Type.Optional(Type.Unsafe<'name' | 'path' | 'id'>({ type: 'string', enum: ['name', 'path', 'id'] })),
})

const changeFields = {
  name: Type.Optional(Type.String()),
  path: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  visibility: Type.Optional(visibility),
}

export function registerGroups(app: App, deps: GroupsDeps): void {
  registerLists(app, deps)
  registerOne(app, deps)
  registerNamespaces(app, deps)
}

function registerLists(app: App, { groupStore, url }: GroupsDeps): void {
  async function list(request: FastifyRequest, filter: GroupFilter, page: Page) {
    const query = request.query as { readonly order_by?: 'name' | 'path' | 'id'; readonly sort?: 'asc' | 'desc' }
    const found = await groupStore.list(filter, page, {
      by: query.order_by ?? 'name',
      ascending: query.sort !== 'desc',
    })
    const items = await Promise.all(
      found.items.map(async group => toGroup(group, await groupStore.lineage(group.id), url)),
    )
    return { items, total: found.total }
  }

  app.get(
    '/api/v4/groups',
    {
      config: { policy: { kind: 'public' } },
      schema: {
        operationId: 'listGroups',
        tags: ['groups'],
        querystring: listQuery,
        response: { 200: Type.Array(groupEntity) },
      },
    },
    async (request, reply) => {
      const { search, owned, min_access_level, top_level_only, visibility: only, all_available } = request.query
      const minLevel =
        owned === true ? roles.owner : (min_access_level ?? (all_available === false ? roles.guest : undefined))
      const viewer = minLevel === undefined ? viewerOf(request.actor) : memberViewerOf(request.actor)
      const page = pageOf(request.query)
      const found = await list(
        request,
        { viewer, minLevel, search, topLevelOnly: top_level_only, visibility: only },
        page,
      )
      tellPage(request, reply, page, found.total)
      return found.items
    },
  )

  for (const [way, operationId, key] of [
    ['subgroups', 'listSubgroups', 'parentId'],
    ['descendant_groups', 'listDescendantGroups', 'ancestorId'],
  ] as const) {
    app.get(
      `/api/v4/groups/:id/${way}`,
      {
        config: { policy: { kind: 'group', action: 'read_group' } },
        schema: {
          operationId,
          tags: ['groups'],
          params: Type.Object(idParameter),
          querystring: listQuery,
          response: { 200: Type.Array(groupEntity) },
        },
      },
      async (request, reply) => {
        const page = pageOf(request.query)
        const { search } = request.query
        const filter = { viewer: viewerOf(request.actor), search, [key]: groupOf(request).group.id }
        const found = await list(request, filter, page)
        tellPage(request, reply, page, found.total)
        return found.items
      },
    )
  }
}

function registerOne(app: App, { access, groups, groupStore, url }: GroupsDeps): void {
  const view = async (group: Group) => toGroup(group, await groupStore.lineage(group.id), url)

  app.get(
    '/api/v4/groups/:id',
    {
      config: { policy: { kind: 'group', action: 'read_group' } },
      schema: {
        operationId: 'getGroup',
        tags: ['groups'],
        params: Type.Object(idParameter),
        response: { 200: groupEntity },
      },
    },
    async request => view(groupOf(request).group),
  )

  app.post(
    '/api/v4/groups',
    {
      config: { policy: { kind: 'signed_in' } },
      schema: {
        operationId: 'createGroup',
        tags: ['groups'],
        body: Type.Object({ ...changeFields, name: Type.String(), parent_id: Type.Optional(nullableInteger) }),
        response: { 201: groupEntity },
      },
    },
    async (request, reply) => {
      const { name, path = pathFrom(name), description = '', parent_id } = request.body
      const parent =
        parent_id === undefined || parent_id === null || parent_id === 0
          ? null
          : await access.group(request.actor, parent_id)
      if (parent === null && parent_id) throw notFound('Group')
      if (parent !== null) demand(request.actor, parent.may('create_subgroup'), 'Group')
      const chosen = request.body.visibility ?? parent?.group.visibility ?? 'private'
      const group = await groups.create(
        { parentId: parent?.group.id ?? null, name, path, description, visibility: chosen },
        userOf(request).userId,
      )
      return reply.code(201).send(await view(group))
    },
  )

  app.put(
    '/api/v4/groups/:id',
    {
      config: { policy: { kind: 'group', action: 'change_group' } },
      schema: {
        operationId: 'changeGroup',
        tags: ['groups'],
        params: Type.Object(idParameter),
        body: Type.Object(changeFields),
        response: { 200: groupEntity },
      },
    },
    async request => {
      const { name, path, description, visibility: chosen } = request.body
      const { group } = groupOf(request)
      if (group.kind === 'user') throw new Denial(400, '400 Bad request', 'a personal namespace changes with its user')
      const changed = await groups.change(group, {
        ...(name === undefined ? {} : { name }),
        ...(path === undefined ? {} : { path }),
        ...(description === undefined ? {} : { description }),
        ...(chosen === undefined ? {} : { visibility: chosen }),
      })
      if (changed === null) throw notFound('Group')
      return view(changed)
    },
  )

  app.delete(
    '/api/v4/groups/:id',
    {
      config: { policy: { kind: 'group', action: 'delete_group' } },
      schema: {
        operationId: 'deleteGroup',
        tags: ['groups'],
        params: Type.Object(idParameter),
        response: { 202: accepted },
      },
    },
    async (request, reply) => {
      const { group } = groupOf(request)
      if (group.kind === 'user') throw new Denial(400, '400 Bad request', 'a personal namespace goes with its user')
      await groups.remove(group)
      return reply.code(202).send({ message: '202 Accepted' })
    },
  )
}

function registerNamespaces(app: App, { groupStore, access, url }: GroupsDeps): void {
  app.get(
    '/api/v4/namespaces',
    {
      config: { policy: { kind: 'signed_in' } },
      schema: {
        operationId: 'listNamespaces',
        tags: ['groups'],
        querystring: Type.Object({ ...pageQuery, search: Type.Optional(Type.String()) }),
        response: { 200: Type.Array(namespaceEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const own = await groupStore.byPath(userOf(request).username)
      const minLevel: AccessLevel = roles.guest
      const { search } = request.query
      const found = await groupStore.list({ viewer: memberViewerOf(request.actor), minLevel, search }, page, {
        by: 'path',
        ascending: true,
      })
      tellPage(request, reply, page, found.total + (own === null ? 0 : 1))
      const first = own !== null && page.offset === 0 && search === undefined ? [own] : []
      return [...first, ...found.items].map(group => toNamespace(group, url))
    },
  )

  app.get(
    '/api/v4/namespaces/:id',
    {
      config: { policy: { kind: 'signed_in' } },
      schema: {
        operationId: 'getNamespace',
        tags: ['groups'],
        params: Type.Object(idParameter),
        response: { 200: namespaceEntity },
      },
    },
    async request => {
      const { id } = request.params
      const found = await access.group(request.actor, /^[0-9]+$/.test(id) ? Number(id) : id)
      if (found === null || !found.may('read_group').allowed) throw notFound('Namespace')
      return toNamespace(found.group, url)
    },
  )
}
