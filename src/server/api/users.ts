// `/user` and `/users`: oneself, and the people of the instance.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { accessError } from '../../access/errors.ts'
import type { UserStore } from '../../access/store-ports.ts'
import type { UserChange, Users } from '../../access/users.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { userOf } from '../plugins/policy.ts'
import { flag, integerParameter } from '../schema.ts'
import { toUserFull, userFull } from './user-entity.ts'

export type UsersDeps = {
  readonly users: Users
  readonly userStore: UserStore
  readonly url: string
}

const oneUser = Type.Object({ user_id: integerParameter })
const admin = { config: { policy: { kind: 'admin' as const } } }

const changeFields = {
  name: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  admin: Type.Optional(Type.Boolean()),
}

export function registerUsers(app: App, deps: UsersDeps): void {
  registerSelf(app, deps)
  registerLists(app, deps)
  registerAdministration(app, deps)
}

function registerSelf(app: App, { userStore, users, url }: UsersDeps): void {
  app.get(
    '/api/v4/user',
    {
      config: { policy: { kind: 'signed_in', scopes: ['read_user'] } },
      schema: { operationId: 'getCurrentUser', tags: ['users'], response: { 200: userFull } },
    },
    async request => {
      const user = await userStore.byId(userOf(request).userId)
      if (user === null) throw notFound('User')
      return toUserFull(user, url, true)
    },
  )

  app.put(
    '/api/v4/slipway/user',
    {
      config: { policy: { kind: 'signed_in' } },
      schema: {
        operationId: 'changeCurrentUser',
        tags: ['users'],
        body: Type.Object({ name: changeFields.name, email: changeFields.email, password: changeFields.password }),
        response: { 200: userFull },
      },
    },
    async request => {
      // A stolen token must not be able to lock its owner out.
      if (request.body.password !== undefined && userOf(request).via === 'token') {
        throw accessError('access.forbidden', '403 Forbidden - sign in with your password to change it')
      }
      const user = await users.change(userOf(request).userId, request.body)
      if (user === null) throw notFound('User')
      return toUserFull(user, url, true)
    },
  )
}

function registerLists(app: App, { userStore, url }: UsersDeps): void {
  app.get(
    '/api/v4/users',
    {
      config: { policy: { kind: 'signed_in', scopes: ['read_user'] } },
      schema: {
        operationId: 'listUsers',
        tags: ['users'],
        querystring: Type.Object({
          ...pageQuery,
          search: Type.Optional(Type.String()),
          username: Type.Optional(Type.String()),
          active: flag,
          blocked: flag,
          humans: flag,
          without_project_bots: flag,
          admins: flag,
        }),
        response: { 200: Type.Array(userFull) },
      },
    },
    async (request, reply) => {
      const { query } = request
      const page = pageOf(query)
      const found = await userStore.list(
        {
          search: query.search,
          username: query.username,
          state: query.blocked === true ? 'blocked' : query.active === true ? 'active' : undefined,
          kind: query.humans === true || query.without_project_bots === true ? 'person' : undefined,
          admins: query.admins === true && isAdmin(request) ? true : undefined,
        },
        page,
      )
      tellPage(request, reply, page, found.total)
      return found.items.map(user => toUserFull(user, url, isAdmin(request)))
    },
  )

  app.get(
    '/api/v4/users/:user_id',
    {
      config: { policy: { kind: 'signed_in', scopes: ['read_user'] } },
      schema: { operationId: 'getUser', tags: ['users'], params: oneUser, response: { 200: userFull } },
    },
    async request => {
      const user = await userStore.byId(request.params.user_id)
      if (user === null) throw notFound('User')
      return toUserFull(user, url, isAdmin(request) || user.id === userOf(request).userId)
    },
  )
}

function registerAdministration(app: App, { userStore, users, url }: UsersDeps): void {
  app.post(
    '/api/v4/users',
    {
      ...admin,
      schema: {
        operationId: 'createUser',
        tags: ['users'],
        body: Type.Object({
          username: Type.String(),
          name: Type.Optional(Type.String()),
          email: Type.String(),
          password: Type.Optional(Type.String()),
          admin: Type.Optional(Type.Boolean()),
        }),
        response: { 201: userFull },
      },
    },
    async (request, reply) => {
      const { username, email, name = username, password = null, admin: isAdministrator = false } = request.body
      const user = await users.create({ username, name, email, password, isAdmin: isAdministrator })
      return reply.code(201).send(toUserFull(user, url, true))
    },
  )

  app.put(
    '/api/v4/users/:user_id',
    {
      ...admin,
      schema: {
        operationId: 'changeUser',
        tags: ['users'],
        params: oneUser,
        body: Type.Object(changeFields),
        response: { 200: userFull },
      },
    },
    async request => {
      const { admin: isAdministrator, ...rest } = request.body
      if (isAdministrator === false) refuseOneself(request, 'take the administrator role from')
      const change: UserChange = { ...rest, ...(isAdministrator === undefined ? {} : { isAdmin: isAdministrator }) }
      const user = await users.change(request.params.user_id, change)
      if (user === null) throw notFound('User')
      return toUserFull(user, url, true)
    },
  )

  for (const [verb, state] of [
    ['block', 'blocked'],
    ['unblock', 'active'],
  ] as const) {
    app.post(
      `/api/v4/users/:user_id/${verb}`,
      {
        ...admin,
        schema: { operationId: `${verb}User`, tags: ['users'], params: oneUser, response: { 201: Type.Boolean() } },
      },
      async (request, reply) => {
        if (state === 'blocked') refuseOneself(request, 'block')
        const user = await users.change(request.params.user_id, { state })
        if (user === null) throw notFound('User')
        return reply.code(201).send(true)
      },
    )
  }

  app.delete(
    '/api/v4/users/:user_id',
    { ...admin, schema: { operationId: 'deleteUser', tags: ['users'], params: oneUser } },
    async (request, reply) => {
      refuseOneself(request, 'delete')
      if ((await userStore.byId(request.params.user_id)) === null) throw notFound('User')
      if (!(await userStore.delete(request.params.user_id))) {
        throw accessError(
          'access.conflict',
          'The personal namespace of this user still holds projects: delete or move them first.',
        )
      }
      return reply.code(204).send()
    },
  )
}

function isAdmin(request: FastifyRequest): boolean {
  return request.actor.kind === 'user' && request.actor.isAdmin
}

/** An administrator who shuts themselves out is rarely what was meant. */
function refuseOneself(request: FastifyRequest, verb: string): void {
  const { user_id } = request.params as { readonly user_id: number }
  if (user_id === userOf(request).userId)
    throw accessError('access.forbidden', `403 Forbidden - you cannot ${verb} yourself`)
}
