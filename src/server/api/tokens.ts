// Access tokens: one's own (`/personal_access_tokens`), and those of projects and groups. The text of a token is in the
// answer that made it, and nowhere else.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { AccessTokens, MintedAccessToken } from '../../access/access-tokens.ts'
import { type AccessLevel, roles } from '../../access/model.ts'
import { scopesAllow } from '../../access/policy.ts'
import type { AccessTokenRecord, AccessTokenStore, MemberStore, Place, UserStore } from '../../access/store-ports.ts'
import { hashToken } from '../../kit/token.ts'
import type { App } from '../app.ts'
import { tokenOf } from '../plugins/authentication.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { userOf } from '../plugins/policy.ts'
import { flag, idParameter, integerParameter, nullableDate, nullableInteger, nullableString } from '../schema.ts'
import { giverOf, placeOf } from './members.ts'

export type TokensDeps = {
  readonly accessTokens: AccessTokens
  readonly tokenStore: AccessTokenStore
  readonly members: MemberStore
  readonly users: UserStore
  readonly today: () => string
}

const fields = {
  id: Type.Integer(),
  name: Type.String(),
  description: Type.String(),
  revoked: Type.Boolean(),
  active: Type.Boolean(),
  created_at: Type.String(),
  last_used_at: nullableString,
  expires_at: nullableString,
  scopes: Type.Array(Type.String()),
  user_id: Type.Integer(),
  access_level: Type.Optional(nullableInteger),
}
const tokenEntity = Type.Object(fields)
const mintedEntity = Type.Object({ ...fields, token: Type.String() })

const createFields = {
  name: Type.String(),
  description: Type.Optional(Type.String()),
  scopes: Type.Array(Type.String()),
  expires_at: Type.Optional(nullableDate),
}
const createBody = Type.Object(createFields)
const rotateBody = Type.Object({ expires_at: Type.Optional(nullableDate) })

export function registerTokens(app: App, deps: TokensDeps): void {
  registerPersonal(app, deps)
  registerOwnCreation(app, deps)
  for (const kind of ['projects', 'groups'] as const) registerPlace(app, deps, kind)
}

function registerPersonal(app: App, deps: TokensDeps): void {
  const config = { policy: { kind: 'signed_in' as const } }
  const params = Type.Object({ token_id: Type.String({ pattern: '^([0-9]{1,15}|self)$' }) })

  app.get(
    '/api/v4/personal_access_tokens',
    {
      config,
      schema: {
        operationId: 'listPersonalAccessTokens',
        tags: ['tokens'],
        querystring: Type.Object({
          ...pageQuery,
          user_id: Type.Optional(Type.Integer()),
          revoked: flag,
          state: Type.Optional(Type.String()),
          search: Type.Optional(Type.String()),
        }),
        response: { 200: Type.Array(tokenEntity) },
      },
    },
    async (request, reply) => {
      const { user_id, search, state, revoked } = request.query
      const actor = userOf(request)
      if (user_id !== undefined && user_id !== actor.userId && !actor.isAdmin) throw new Denial(401, '401 Unauthorized')
      const userId = user_id ?? (actor.isAdmin ? undefined : actor.userId)
      const page = pageOf(request.query)
      const active =
        state === 'active' || revoked === false ? true : state === 'inactive' || revoked === true ? false : undefined
      const found = await deps.tokenStore.list({ kind: 'personal', userId, search, active }, page, deps.today())
      tellPage(request, reply, page, found.total)
      return found.items.map(token => toToken(token, deps.today()))
    },
  )

  app.get(
    '/api/v4/personal_access_tokens/:token_id',
    {
      config: {
        policy: {
          kind: 'signed_in',
          scopes: ['read_user', 'read_repository', 'write_repository', 'read_registry', 'write_registry'],
        },
      },
      schema: { operationId: 'getPersonalAccessToken', tags: ['tokens'], params, response: { 200: tokenEntity } },
    },
    async request => toToken(await ownToken(deps, request), deps.today()),
  )

  app.post(
    '/api/v4/personal_access_tokens/:token_id/rotate',
    {
      config,
      schema: {
        operationId: 'rotatePersonalAccessToken',
        tags: ['tokens'],
        params,
        body: rotateBody,
        response: { 200: mintedEntity },
      },
    },
    async request => {
      const token = await ownToken(deps, request)
      return toMinted(await deps.accessTokens.rotate(token, request.body.expires_at || token.expiresAt), deps.today())
    },
  )

  app.delete(
    '/api/v4/personal_access_tokens/:token_id',
    { config, schema: { operationId: 'revokePersonalAccessToken', tags: ['tokens'], params } },
    async (request, reply) => {
      await deps.accessTokens.revoke(await ownToken(deps, request))
      return reply.code(204).send()
    },
  )
}

function registerOwnCreation(app: App, deps: TokensDeps): void {
  app.post(
    '/api/v4/user/personal_access_tokens',
    {
      config: { policy: { kind: 'signed_in' } },
      schema: {
        operationId: 'createPersonalAccessToken',
        tags: ['tokens'],
        body: createBody,
        response: { 201: mintedEntity },
      },
    },
    async (request, reply) => {
      const { userId } = userOf(request)
      const minted = await deps.accessTokens.createPersonal(userId, inputOf(request.body), userId)
      return reply.code(201).send(toMinted(minted, deps.today()))
    },
  )

  app.post(
    '/api/v4/users/:user_id/personal_access_tokens',
    {
      config: { policy: { kind: 'admin' } },
      schema: {
        operationId: 'createUserPersonalAccessToken',
        tags: ['tokens'],
        params: Type.Object({ user_id: integerParameter }),
        body: createBody,
        response: { 201: mintedEntity },
      },
    },
    async (request, reply) => {
      const { user_id } = request.params
      if ((await deps.users.byId(user_id)) === null) throw notFound('User')
      const minted = await deps.accessTokens.createPersonal(user_id, inputOf(request.body), userOf(request).userId)
      return reply.code(201).send(toMinted(minted, deps.today()))
    },
  )
}

function registerPlace(app: App, deps: TokensDeps, kind: 'projects' | 'groups'): void {
  const name = kind === 'projects' ? 'Project' : 'Group'
  const policy =
    kind === 'projects'
      ? ({ kind: 'project', action: 'manage_tokens' } as const)
      : ({ kind: 'group', action: 'manage_group_tokens' } as const)
  const config = { policy }
  const oneToken = Type.Object({ ...idParameter, token_id: integerParameter })

  async function tokenIn(request: FastifyRequest, id: number): Promise<AccessTokenRecord> {
    const place = placeOf(request, kind)
    const token = await deps.tokenStore.byId(id)
    const isHere = place.kind === 'project' ? token?.projectId === place.projectId : token?.groupId === place.groupId
    if (token === null || !isHere) throw notFound('Access Token')
    return token
  }

  app.get(
    `/api/v4/${kind}/:id/access_tokens`,
    {
      config,
      schema: {
        operationId: `list${name}AccessTokens`,
        tags: ['tokens'],
        params: Type.Object(idParameter),
        querystring: Type.Object({ ...pageQuery, state: Type.Optional(Type.String()) }),
        response: { 200: Type.Array(tokenEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const place = placeOf(request, kind)
      const active = request.query.state === undefined ? undefined : request.query.state === 'active'
      const found = await deps.tokenStore.list({ place, active }, page, deps.today())
      tellPage(request, reply, page, found.total)
      return Promise.all(
        found.items.map(async token => toToken(token, deps.today(), await levelOf(deps, place, token))),
      )
    },
  )

  app.post(
    `/api/v4/${kind}/:id/access_tokens`,
    {
      config,
      schema: {
        operationId: `create${name}AccessToken`,
        tags: ['tokens'],
        params: Type.Object(idParameter),
        body: Type.Object({
          ...createFields,
          access_level: Type.Optional(Type.Integer({ default: roles.maintainer })),
        }),
        response: { 201: mintedEntity },
      },
    },
    async (request, reply) => {
      const place = placeOf(request, kind)
      const level = request.body.access_level ?? roles.maintainer
      const minted = await deps.accessTokens.createFor(
        place,
        { ...inputOf(request.body), level },
        giverOf(request, place.level),
      )
      return reply.code(201).send(toMinted(minted, deps.today(), level))
    },
  )

  app.get(
    `/api/v4/${kind}/:id/access_tokens/:token_id`,
    {
      config,
      schema: {
        operationId: `get${name}AccessToken`,
        tags: ['tokens'],
        params: oneToken,
        response: { 200: tokenEntity },
      },
    },
    async request => {
      const token = await tokenIn(request, request.params.token_id)
      return toToken(token, deps.today(), await levelOf(deps, placeOf(request, kind), token))
    },
  )

  app.post(
    `/api/v4/${kind}/:id/access_tokens/:token_id/rotate`,
    {
      config,
      schema: {
        operationId: `rotate${name}AccessToken`,
        tags: ['tokens'],
        params: oneToken,
        body: rotateBody,
        response: { 200: mintedEntity },
      },
    },
    async request => {
      const place = placeOf(request, kind)
      const token = await tokenIn(request, request.params.token_id)
      const level = await levelOf(deps, place, token)
      if (level > place.level) throw new Denial(403, '403 Forbidden', 'the token has a role above your own')
      return toMinted(
        await deps.accessTokens.rotate(token, request.body.expires_at || token.expiresAt),
        deps.today(),
        level,
      )
    },
  )

  app.delete(
    `/api/v4/${kind}/:id/access_tokens/:token_id`,
    { config, schema: { operationId: `revoke${name}AccessToken`, tags: ['tokens'], params: oneToken } },
    async (request, reply) => {
      await deps.accessTokens.revoke(await tokenIn(request, request.params.token_id))
      return reply.code(204).send()
    },
  )
}

/** One's own token, or for administrators anybody's; `self` is the token that asks. */
async function ownToken(deps: TokensDeps, request: FastifyRequest): Promise<AccessTokenRecord> {
  const { token_id } = request.params as { readonly token_id: string }
  const actor = userOf(request)
  if (token_id === 'self') {
    const text = tokenOf(request)
    const found = text === null ? null : await deps.tokenStore.byHash(hashToken(text))
    if (found === null) throw badRequest("'self' is for requests that a token authenticates")
    return found.token
  }
  const token = await deps.tokenStore.byId(Number(token_id))
  if (token === null || token.kind !== 'personal' || (token.userId !== actor.userId && !actor.isAdmin)) {
    throw notFound('Personal Access Token')
  }
  // A token that cannot read the API may look at itself, under the name of `self`, and at no other.
  if (!scopesAllow(actor, [], false)) throw notFound('Personal Access Token')
  return token
}

async function levelOf(deps: TokensDeps, place: Place, token: AccessTokenRecord): Promise<AccessLevel> {
  const { items } = await deps.members.list(place, { inherited: false, userId: token.userId }, { limit: 1, offset: 0 })
  return items[0]?.level ?? 0
}

function inputOf(body: Static<typeof createBody>) {
  return {
    name: body.name,
    description: body.description ?? '',
    scopes: body.scopes,
    expiresAt: body.expires_at || null,
  }
}

function toToken(token: AccessTokenRecord, today: string, level?: number): Static<typeof tokenEntity> {
  return {
    id: token.id,
    name: token.name,
    description: token.description,
    revoked: token.isRevoked,
    active: !token.isRevoked && (token.expiresAt === null || token.expiresAt > today),
    created_at: token.createdAt,
    last_used_at: token.lastUsedAt,
    expires_at: token.expiresAt,
    scopes: [...token.scopes],
    user_id: token.userId,
    ...(level === undefined ? {} : { access_level: level }),
  }
}

function toMinted(minted: MintedAccessToken, today: string, level?: number): Static<typeof mintedEntity> {
  return { ...toToken(minted.record, today, level), token: minted.token }
}
