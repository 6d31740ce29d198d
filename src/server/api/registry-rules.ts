// Rules that protect repositories, and those that protect tags: one set of routes, in GitLab's paths. What sets them apart
// is told by their kind.
import { type Static, type TObject, type TSchema, Type } from '@fastify/type-provider-typebox'
import { type ProtectionLevel, protectionLevels } from '../../registry/protection.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter } from '../schema.ts'

export const level = Type.Unsafe<ProtectionLevel | null>({ enum: [...Object.keys(protectionLevels), null] })
export const levels = {
  minimum_access_level_for_push: Type.Optional(level),
  minimum_access_level_for_delete: Type.Optional(level),
}

export type RuleKind<Rule extends { readonly id: number }, Body> = {
  readonly path: 'repository' | 'tag'
  /** As in `listRegistryTagRules`. */
  readonly name: 'RepositoryRule' | 'TagRule'
  readonly entity: TSchema
  readonly body: TObject
  readonly rulesOf: (projectId: number) => Promise<readonly Rule[]>
  /** What the body asks for; what it leaves out is as before. Throws for what cannot be. */
  readonly wished: (body: Body, before: Rule | null) => Omit<Rule, 'id'>
  readonly patternOf: (rule: Omit<Rule, 'id'>) => string
  readonly show: (rule: Rule, projectId: number) => unknown
  readonly add: (projectId: number, rule: Omit<Rule, 'id'>) => Promise<Rule>
  readonly change: (projectId: number, rule: Rule) => Promise<boolean>
  readonly remove: (projectId: number, id: number) => Promise<boolean>
}

const most = 50
const tags = ['container registry']
const config = { policy: { kind: 'project', action: 'manage_registry' } } as const
const one = Type.Object({ ...idParameter, rule_id: integerParameter })

export function registerRegistryRules<Rule extends { readonly id: number }, Body>(
  app: App,
  kind: RuleKind<Rule, Body>,
): void {
  const path = `/api/v4/projects/:id/registry/protection/${kind.path}/rules`
  const { name, entity, rulesOf, wished, patternOf, show } = kind

  app.get(
    path,
    {
      config,
      schema: {
        operationId: `listRegistry${name}s`,
        tags,
        params: Type.Object(idParameter),
        response: { 200: Type.Array(entity) },
      },
    },
    async request => {
      const { id } = projectOf(request).project
      return (await rulesOf(id)).map(rule => show(rule, id))
    },
  )

  app.post(
    path,
    {
      config,
      schema: {
        operationId: `addRegistry${name}`,
        tags,
        params: Type.Object(idParameter),
        body: kind.body,
        response: { 201: entity },
      },
    },
    async (request, reply) => {
      const { id } = projectOf(request).project
      const rules = await rulesOf(id)
      const rule = wished(request.body as Body, null)
      if (rules.some(other => patternOf(other) === patternOf(rule)))
        throw badRequest('there is a rule with this pattern')
      if (rules.length >= most) throw badRequest(`a project has at most ${most} rules`)
      return reply.code(201).send(show(await kind.add(id, rule), id))
    },
  )

  app.patch(
    `${path}/:rule_id`,
    {
      config,
      schema: {
        operationId: `changeRegistry${name}`,
        tags,
        params: one,
        body: Type.Partial(kind.body),
        response: { 200: entity },
      },
    },
    async request => {
      const { id } = projectOf(request).project
      const before = (await rulesOf(id)).find(rule => rule.id === request.params.rule_id)
      if (before === undefined) throw notFound('Rule')
      const rule = { ...before, ...wished(request.body as Body, before) }
      await kind.change(id, rule)
      return show(rule, id)
    },
  )

  app.delete(
    `${path}/:rule_id`,
    {
      config,
      schema: { operationId: `removeRegistry${name}`, tags, params: one, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      if (!(await kind.remove(projectOf(request).project.id, request.params.rule_id))) throw notFound('Rule')
      return reply.code(204).send(null)
    },
  )
}

type Levels = { readonly pushLevel: ProtectionLevel | null; readonly deleteLevel: ProtectionLevel | null }
type LevelsBody = Partial<Static<ReturnType<typeof Type.Object<typeof levels>>>>

export function levelsOf(body: LevelsBody, before: Levels | null): Levels {
  const { minimum_access_level_for_push: push, minimum_access_level_for_delete: remove } = body
  return {
    pushLevel: push === undefined ? (before?.pushLevel ?? null) : push,
    deleteLevel: remove === undefined ? (before?.deleteLevel ?? null) : remove,
  }
}

export function toLevels({ pushLevel, deleteLevel }: Levels) {
  return { minimum_access_level_for_push: pushLevel, minimum_access_level_for_delete: deleteLevel }
}
