// Access tokens of projects and groups: each acts as a bot with a role there.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { type AccessLevel, roles } from '../../access/model.ts'
import type { AccessTokenRecord, Place } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { idParameter, integerParameter } from '../schema.ts'
import { giverOf, placeOf } from './members.ts'
import { registerPersonalTokens } from './personal-tokens.ts'
import {
  createFields,
  inputOf,
  mintedEntity,
  rotateBody,
  type TokensDeps,
  tokenEntity,
  toMinted,
  toToken,
} from './token-entity.ts'

export function registerTokens(app: App, deps: TokensDeps): void {
  registerPersonalTokens(app, deps)
  for (const kind of ['projects', 'groups'] as const) registerPlace(app, deps, kind)
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

async function levelOf(deps: TokensDeps, place: Place, token: AccessTokenRecord): Promise<AccessLevel> {
  const { items } = await deps.members.list(place, { inherited: false, userId: token.userId }, { limit: 1, offset: 0 })
  return items[0]?.level ?? 0
}
