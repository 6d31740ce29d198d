// Protecting a branch or tag, and changing the protection.
import { Type } from '@fastify/type-provider-typebox'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import {
  branchEntity,
  changing,
  levelOf,
  oneRef,
  type ProtectedRefsDeps,
  params,
  patternOf,
  tagEntity,
  toBranch,
  toTag,
} from './protected-ref-entity.ts'

const allowed = Type.Optional(Type.Array(Type.Object({ access_level: Type.Optional(Type.Integer()) })))

export function registerProtectBranch(app: App, { protectedRefs, now }: ProtectedRefsDeps): void {
  app.post(
    '/api/v4/projects/:id/protected_branches',
    {
      ...changing,
      schema: {
        operationId: 'protectBranch',
        tags: ['protected refs'],
        params,
        body: Type.Object({
          name: Type.String(),
          push_access_level: Type.Optional(Type.Integer()),
          allow_force_push: Type.Optional(Type.Boolean()),
          allowed_to_push: allowed,
        }),
        response: { 201: branchEntity },
      },
    },
    async (request, reply) => {
      const { name, allow_force_push = false, push_access_level, allowed_to_push } = request.body
      const pushLevel = levelOf('push_access_level', push_access_level ?? allowed_to_push?.[0]?.access_level ?? 40)
      const rule = { kind: 'branch', pattern: patternOf(name), pushLevel, allowForcePush: allow_force_push } as const
      const created = await protectedRefs.create(projectOf(request).project.id, rule, now().toISOString())
      return reply.code(201).send(toBranch(created))
    },
  )

  app.patch(
    '/api/v4/projects/:id/protected_branches/:name',
    {
      ...changing,
      schema: {
        operationId: 'changeProtectedBranch',
        tags: ['protected refs'],
        params: oneRef,
        body: Type.Object({
          push_access_level: Type.Optional(Type.Integer()),
          allow_force_push: Type.Optional(Type.Boolean()),
          allowed_to_push: allowed,
        }),
        response: { 200: branchEntity },
      },
    },
    async request => {
      const { id } = projectOf(request).project
      const rule = (await protectedRefs.list(id, 'branch')).find(each => each.pattern === request.params.name)
      const level = request.body.push_access_level ?? request.body.allowed_to_push?.[0]?.access_level
      const changed =
        rule === undefined
          ? null
          : await protectedRefs.update(id, rule.id, {
              pushLevel: level === undefined ? rule.pushLevel : levelOf('push_access_level', level),
              allowForcePush: request.body.allow_force_push ?? rule.allowForcePush,
            })
      if (changed === null) throw notFound('Protected Branch')
      return toBranch(changed)
    },
  )
}

export function registerProtectTag(app: App, { protectedRefs, now }: ProtectedRefsDeps): void {
  app.post(
    '/api/v4/projects/:id/protected_tags',
    {
      ...changing,
      schema: {
        operationId: 'protectTag',
        tags: ['protected refs'],
        params,
        body: Type.Object({
          name: Type.String(),
          create_access_level: Type.Optional(Type.Integer()),
          allowed_to_create: allowed,
        }),
        response: { 201: tagEntity },
      },
    },
    async (request, reply) => {
      const { name, create_access_level, allowed_to_create } = request.body
      const pushLevel = levelOf(
        'create_access_level',
        create_access_level ?? allowed_to_create?.[0]?.access_level ?? 40,
      )
      const rule = { kind: 'tag', pattern: patternOf(name), pushLevel, allowForcePush: false } as const
      return reply
        .code(201)
        .send(toTag(await protectedRefs.create(projectOf(request).project.id, rule, now().toISOString())))
    },
  )
}
