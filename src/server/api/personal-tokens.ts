// One's own access tokens, and for administrators those of others.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { scopesAllow } from '../../access/policy.ts'
import type { AccessTokenRecord } from '../../access/store-ports.ts'
import { hashToken } from '../../kit/token.ts'
import type { App } from '../app.ts'
import { tokenOf } from '../plugins/authentication.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { userOf } from '../plugins/policy.ts'
import { flag, integerParameter } from '../schema.ts'
import {
  createBody,
  inputOf,
  mintedEntity,
  rotateBody,
  type TokensDeps,
  tokenEntity,
  toMinted,
  toToken,
} from './token-entity.ts'

export function registerPersonalTokens(app: App, deps: TokensDeps): void {
  registerOwnCreation(app, deps)
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
