// Protected branches and tags.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { ProtectedRef } from '../../access/model.ts'
import type { ProtectedRefRecord } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { registerProtectBranch, registerProtectTag } from './protect-ref.ts'
import {
  branchEntity,
  changing,
  oneRef,
  type ProtectedRefsDeps,
  params,
  reading,
  tagEntity,
  toBranch,
  toTag,
} from './protected-ref-entity.ts'

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
  registerProtectBranch(app, deps)
  registerProtectTag(app, deps)
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
