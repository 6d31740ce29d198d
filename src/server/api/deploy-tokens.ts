// Deploy tokens of projects and groups.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { DeployTokens } from '../../access/deploy-tokens.ts'
import type { DeployTokenRecord, DeployTokenStore } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { userOf } from '../plugins/policy.ts'
import { idParameter, integerParameter, nullableString } from '../schema.ts'
import { placeOf } from './members.ts'

export type DeployTokensDeps = {
  readonly deployTokens: DeployTokens
  readonly deployTokenStore: DeployTokenStore
  readonly today: () => string
}

const fields = {
  id: Type.Integer(),
  name: Type.String(),
  username: Type.String(),
  expires_at: nullableString,
  scopes: Type.Array(Type.String()),
  revoked: Type.Boolean(),
  expired: Type.Boolean(),
}
const deployTokenEntity = Type.Object(fields)

export function registerDeployTokens(app: App, deps: DeployTokensDeps): void {
  app.get(
    '/api/v4/deploy_tokens',
    {
      config: { policy: { kind: 'admin' } },
      schema: {
        operationId: 'listDeployTokens',
        tags: ['tokens'],
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(deployTokenEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const found = await deps.deployTokenStore.list(null, page)
      tellPage(request, reply, page, found.total)
      return found.items.map(token => toDeployToken(token, deps.today()))
    },
  )
  for (const kind of ['projects', 'groups'] as const) registerPlace(app, deps, kind)
}

function registerPlace(app: App, deps: DeployTokensDeps, kind: 'projects' | 'groups'): void {
  const name = kind === 'projects' ? 'Project' : 'Group'
  const policy =
    kind === 'projects'
      ? ({ kind: 'project', action: 'manage_deploy_tokens' } as const)
      : ({ kind: 'group', action: 'manage_group_deploy_tokens' } as const)
  const oneToken = Type.Object({ ...idParameter, token_id: integerParameter })

  app.get(
    `/api/v4/${kind}/:id/deploy_tokens`,
    {
      config: { policy },
      schema: {
        operationId: `list${name}DeployTokens`,
        tags: ['tokens'],
        params: Type.Object(idParameter),
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(deployTokenEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const found = await deps.deployTokenStore.list(placeOf(request, kind), page)
      tellPage(request, reply, page, found.total)
      return found.items.map(token => toDeployToken(token, deps.today()))
    },
  )

  app.post(
    `/api/v4/${kind}/:id/deploy_tokens`,
    {
      config: { policy },
      schema: {
        operationId: `create${name}DeployToken`,
        tags: ['tokens'],
        params: Type.Object(idParameter),
        body: Type.Object({
          name: Type.String(),
          username: Type.Optional(nullableString),
          scopes: Type.Array(Type.String()),
          expires_at: Type.Optional(nullableString),
        }),
        response: { 201: Type.Object({ ...fields, token: Type.String() }) },
      },
    },
    async (request, reply) => {
      const { name: label, scopes, username, expires_at } = request.body
      const input = { name: label, scopes, username: username || null, expiresAt: expires_at?.slice(0, 10) || null }
      const { record, token } = await deps.deployTokens.create(placeOf(request, kind), input, userOf(request).userId)
      return reply.code(201).send({ ...toDeployToken(record, deps.today()), token })
    },
  )

  app.get(
    `/api/v4/${kind}/:id/deploy_tokens/:token_id`,
    {
      config: { policy },
      schema: {
        operationId: `get${name}DeployToken`,
        tags: ['tokens'],
        params: oneToken,
        response: { 200: deployTokenEntity },
      },
    },
    async request => {
      const token = await deps.deployTokenStore.byId(placeOf(request, kind), request.params.token_id)
      if (token === null) throw notFound('Deploy Token')
      return toDeployToken(token, deps.today())
    },
  )

  app.delete(
    `/api/v4/${kind}/:id/deploy_tokens/:token_id`,
    { config: { policy }, schema: { operationId: `revoke${name}DeployToken`, tags: ['tokens'], params: oneToken } },
    async (request, reply) => {
      const token = await deps.deployTokenStore.byId(placeOf(request, kind), request.params.token_id)
      if (token === null) throw notFound('Deploy Token')
      await deps.deployTokenStore.revoke(token.id)
      return reply.code(204).send()
    },
  )
}

function toDeployToken(token: DeployTokenRecord, today: string): Static<typeof deployTokenEntity> {
  return {
    id: token.id,
    name: token.name,
    username: token.username,
    expires_at: token.expiresAt,
    scopes: [...token.scopes],
    revoked: token.isRevoked,
    expired: token.expiresAt !== null && token.expiresAt <= today,
  }
}
