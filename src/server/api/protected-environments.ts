// Protected environments: who may deploy to them.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type {
  Deployer,
  ProtectedEnvironmentRecord,
  ProtectedEnvironmentStore,
} from '../../run/protected-environment-ports.ts'
import type { App } from '../app.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, noContent, nullableInteger } from '../schema.ts'
import { runPage } from './run-of-request.ts'

export type ProtectedEnvironmentsDeps = { readonly protectedEnvironments: ProtectedEnvironmentStore }

const base = '/api/v4/projects/:id/protected_environments'
const read = { policy: { kind: 'project', action: 'read_protected_refs' } } as const
const change = { policy: { kind: 'project', action: 'change_protected_refs' } } as const
const params = Type.Object({ ...idParameter, name: Type.String() })

const accessLevel = Type.Object({
  access_level: nullableInteger,
  access_level_description: Type.String(),
  user_id: nullableInteger,
  group_id: Type.Null(),
})
const entity = Type.Object({
  name: Type.String(),
  deploy_access_levels: Type.Array(accessLevel),
  required_approval_count: Type.Integer(),
})

const deployAccessLevels = Type.Array(
  Type.Object({
    access_level: Type.Optional(Type.Integer()),
    user_id: Type.Optional(Type.Integer({ minimum: 1 })),
    group_id: Type.Optional(Type.Integer()),
  }),
  { minItems: 1, maxItems: 100 },
)
type LevelBody = { readonly access_level?: number; readonly user_id?: number; readonly group_id?: number }

export function registerProtectedEnvironments(app: App, deps: ProtectedEnvironmentsDeps): void {
  const { protectedEnvironments: store } = deps
  app.get(
    base,
    {
      config: read,
      schema: {
        operationId: 'listProtectedEnvironments',
        tags: ['environments'],
        params: Type.Object(idParameter),
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(entity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const { items, total } = await store.list(projectOf(request).project.id, runPage(page))
      tellPage(request, reply, page, total)
      return items.map(toEntity)
    },
  )

  app.get(
    `${base}/:name`,
    {
      config: read,
      schema: { operationId: 'getProtectedEnvironment', tags: ['environments'], params, response: { 200: entity } },
    },
    async request => toEntity(await ruleOf(deps, request)),
  )

  app.post(
    base,
    {
      config: change,
      schema: {
        operationId: 'protectEnvironment',
        tags: ['environments'],
        params: Type.Object(idParameter),
        body: Type.Object({
          name: Type.String({ minLength: 1, maxLength: 255 }),
          deploy_access_levels: deployAccessLevels,
          required_approval_count: Type.Optional(Type.Integer()),
        }),
        response: { 201: entity },
      },
    },
    async (request, reply) => {
      const { name, deploy_access_levels: levels, required_approval_count: approvals = 0 } = request.body
      if (approvals > 0) throw badRequest('required_approval_count: approvals are not supported by Slipway')
      const deployers = levels.map(deployerOf)
      const rule = await store.create({ projectId: projectOf(request).project.id, name, deployers })
      if (rule === null) throw new Denial(409, `Protected environment '${name}' already exists`)
      return reply.code(201).send(toEntity(rule))
    },
  )

  app.put(
    `${base}/:name`,
    {
      config: change,
      schema: {
        operationId: 'changeProtectedEnvironment',
        tags: ['environments'],
        params,
        body: Type.Object({ deploy_access_levels: deployAccessLevels }),
        response: { 200: entity },
      },
    },
    async request => {
      const rule = await ruleOf(deps, request)
      const deployers = request.body.deploy_access_levels.map(deployerOf)
      await store.setDeployers(rule.id, deployers)
      return toEntity({ ...rule, deployers })
    },
  )

  app.delete(
    `${base}/:name`,
    {
      config: change,
      schema: { operationId: 'unprotectEnvironment', tags: ['environments'], params, response: { 204: noContent } },
    },
    async (request, reply) => {
      await store.delete((await ruleOf(deps, request)).id)
      return reply.code(204).send(null)
    },
  )
}

async function ruleOf(
  { protectedEnvironments }: ProtectedEnvironmentsDeps,
  request: FastifyRequest,
): Promise<ProtectedEnvironmentRecord> {
  const { name } = request.params as { readonly name: string }
  const rule = await protectedEnvironments.byName(projectOf(request).project.id, name)
  if (rule === null) throw notFound('Protected Environment')
  return rule
}

function deployerOf({ access_level: level, user_id: userId, group_id: groupId }: LevelBody): Deployer {
  if (groupId !== undefined) throw badRequest('deploy_access_levels: group_id is not supported by Slipway')
  if (userId !== undefined) return { kind: 'user', userId }
  if (level === 30 || level === 40 || level === 60) return { kind: 'role', level }
  throw badRequest('deploy_access_levels: access_level must be 30, 40 or 60, or user_id given')
}

const descriptions = { 30: 'Developers + Maintainers', 40: 'Maintainers', 60: 'Administrators' } as const

function toEntity({ name, deployers }: ProtectedEnvironmentRecord) {
  return {
    name,
    deploy_access_levels: deployers.map(each => ({
      access_level: each.kind === 'role' ? each.level : null,
      access_level_description: each.kind === 'role' ? descriptions[each.level] : `User ${each.userId}`,
      user_id: each.kind === 'user' ? each.userId : null,
      group_id: null,
    })),
    required_approval_count: 0,
  }
}
