// Protected branches and tags.
import { type Static, Type } from '@fastify/type-provider-typebox'
import { invalid } from '../../access/errors.ts'
import type { ProtectedRef } from '../../access/model.ts'
import type { ProtectedRefRecord, ProtectedRefStore } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableInteger } from '../schema.ts'

export type ProtectedRefsDeps = { readonly protectedRefs: ProtectedRefStore; readonly now: () => Date }

const levels: Readonly<Record<number, string>> = {
  0: 'No one',
  30: 'Developers + Maintainers',
  40: 'Maintainers',
  60: 'Administrators',
}

const accessLevel = Type.Object({
  id: Type.Integer(),
  access_level: Type.Integer(),
  access_level_description: Type.String(),
  user_id: nullableInteger,
  group_id: nullableInteger,
})

const branchEntity = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  push_access_levels: Type.Array(accessLevel),
  merge_access_levels: Type.Array(accessLevel),
  unprotect_access_levels: Type.Array(accessLevel),
  allow_force_push: Type.Boolean(),
  code_owner_approval_required: Type.Boolean(),
  inherited: Type.Boolean(),
})

const tagEntity = Type.Object({ name: Type.String(), create_access_levels: Type.Array(accessLevel) })

const reading = { config: { policy: { kind: 'project', action: 'read_protected_refs' } } } as const
const changing = { config: { policy: { kind: 'project', action: 'change_protected_refs' } } } as const
const params = Type.Object(idParameter)
const oneRef = Type.Object({ ...idParameter, name: Type.String() })

export function registerProtectedRefs(app: App, deps: ProtectedRefsDeps): void {
  registerKind(app, deps, {
    kind: 'branch',
    way: 'protected_branches',
    operations: { list: 'listProtectedBranches', get: 'getProtectedBranch', remove: 'unprotectBranch' },
    entity: branchEntity,
    view: toBranch,
  })
  registerKind(app, deps, {
    kind: 'tag',
    way: 'protected_tags',
    operations: { list: 'listProtectedTags', get: 'getProtectedTag', remove: 'unprotectTag' },
    entity: tagEntity,
    view: toTag,
  })
  registerBranchWrites(app, deps)
  registerTagWrites(app, deps)
}

type Kind<Entity extends typeof branchEntity | typeof tagEntity> = {
  readonly kind: ProtectedRef['kind']
  readonly way: string
  readonly operations: { readonly list: string; readonly get: string; readonly remove: string }
  readonly entity: Entity
  readonly view: (rule: ProtectedRefRecord) => Static<Entity>
}

/** What branches and tags have in common: list, read, unprotect. */
function registerKind<Entity extends typeof branchEntity | typeof tagEntity>(
  app: App,
  { protectedRefs }: ProtectedRefsDeps,
  { kind, way, operations, entity, view }: Kind<Entity>,
): void {
  app.get(
    `/api/v4/projects/:id/${way}`,
    {
      ...reading,
      schema: {
        operationId: operations.list,
        tags: ['protected refs'],
        params,
        querystring: Type.Object({ ...pageQuery, search: Type.Optional(Type.String()) }),
        response: { 200: Type.Array(entity as typeof tagEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const { search = '' } = request.query
      const rules = (await protectedRefs.list(projectOf(request).project.id, kind)).filter(rule =>
        rule.pattern.includes(search),
      )
      tellPage(request, reply, page, rules.length)
      return rules.slice(page.offset, page.offset + page.limit).map(view) as Static<typeof tagEntity>[]
    },
  )

  app.get(
    `/api/v4/projects/:id/${way}/:name`,
    {
      ...reading,
      schema: {
        operationId: operations.get,
        tags: ['protected refs'],
        params: oneRef,
        response: { 200: entity as typeof tagEntity },
      },
    },
    async request => {
      const rules = await protectedRefs.list(projectOf(request).project.id, kind)
      const rule = rules.find(each => each.pattern === request.params.name)
      if (rule === undefined) throw notFound(kind === 'branch' ? 'Protected Branch' : 'Protected Tag')
      return view(rule) as Static<typeof tagEntity>
    },
  )

  app.delete(
    `/api/v4/projects/:id/${way}/:name`,
    {
      ...changing,
      schema: {
        operationId: operations.remove,
        tags: ['protected refs'],
        params: oneRef,
      },
    },
    async (request, reply) => {
      const { id } = projectOf(request).project
      if (!(await protectedRefs.delete(id, kind, request.params.name))) throw notFound('Protected Ref')
      return reply.code(204).send()
    },
  )
}

const allowed = Type.Optional(Type.Array(Type.Object({ access_level: Type.Optional(Type.Integer()) })))

function registerBranchWrites(app: App, { protectedRefs, now }: ProtectedRefsDeps): void {
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

function registerTagWrites(app: App, { protectedRefs, now }: ProtectedRefsDeps): void {
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

function patternOf(name: string): string {
  if (name === '' || name.length > 255 || /[\s\p{Cc}]/u.test(name)) throw invalid('name', 'is invalid')
  return name
}

function levelOf(field: string, level: number): ProtectedRef['pushLevel'] {
  if (levels[level] === undefined) throw invalid(field, 'does not have a valid value: 0, 30, 40 or 60')
  return level as ProtectedRef['pushLevel']
}

function levelsOf(rule: ProtectedRefRecord): Static<typeof accessLevel>[] {
  const description = levels[rule.pushLevel] ?? String(rule.pushLevel)
  return [
    { id: rule.id, access_level: rule.pushLevel, access_level_description: description, user_id: null, group_id: null },
  ]
}

function toBranch(rule: ProtectedRefRecord): Static<typeof branchEntity> {
  return {
    id: rule.id,
    name: rule.pattern,
    push_access_levels: levelsOf(rule),
    merge_access_levels: levelsOf(rule),
    unprotect_access_levels: [],
    allow_force_push: rule.allowForcePush,
    code_owner_approval_required: false,
    inherited: false,
  }
}

function toTag(rule: ProtectedRefRecord): Static<typeof tagEntity> {
  return { name: rule.pattern, create_access_levels: levelsOf(rule) }
}
