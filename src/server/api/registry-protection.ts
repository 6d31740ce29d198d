// Protected repositories and tags, in GitLab's paths. A tag rule without any level makes its tags immutable.
import { type Static, Type } from '@fastify/type-provider-typebox'
import { type ProtectionLevel, protectionLevels, type RepositoryRule, type TagRule } from '../../registry/protection.ts'
import { compileRegex } from '../../registry/user-pattern.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter } from '../schema.ts'
import type { RegistryApiDeps } from './registry-deps.ts'

const tags = ['container registry']
const level = Type.Unsafe<ProtectionLevel | null>({ enum: [...Object.keys(protectionLevels), null] })
const levels = {
  minimum_access_level_for_push: Type.Optional(level),
  minimum_access_level_for_delete: Type.Optional(level),
}
const ruleParameters = { ...idParameter, rule_id: integerParameter }
const most = 50

const repositoryRuleEntity = Type.Object({
  id: Type.Integer(),
  project_id: Type.Integer(),
  repository_path_pattern: Type.String(),
  minimum_access_level_for_push: level,
  minimum_access_level_for_delete: level,
})
const tagRuleEntity = Type.Object({
  id: Type.Integer(),
  project_id: Type.Integer(),
  tag_name_pattern: Type.String(),
  minimum_access_level_for_push: level,
  minimum_access_level_for_delete: level,
  immutable: Type.Boolean(),
})
const repositoryRuleBody = Type.Object({
  repository_path_pattern: Type.String({ minLength: 1, maxLength: 255 }),
  ...levels,
})
const tagRuleBody = Type.Object({ tag_name_pattern: Type.String({ minLength: 1, maxLength: 100 }), ...levels })

export function registerRegistryProtection(app: App, deps: RegistryApiDeps): void {
  registerRepositoryRules(app, deps)
  registerTagRules(app, deps)
}

function registerRepositoryRules(app: App, deps: RegistryApiDeps): void {
  const path = '/api/v4/projects/:id/registry/protection/repository/rules'
  const rulesOf = async (projectId: number) => (await deps.store.rulesOf(projectId)).repositoryRules

  app.get(
    path,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'listRegistryRepositoryRules',
        tags,
        params: Type.Object(idParameter),
        response: { 200: Type.Array(repositoryRuleEntity) },
      },
    },
    async request => {
      const { project } = projectOf(request)
      return (await rulesOf(project.id)).map(rule => toRepositoryRule(rule, project.id))
    },
  )

  app.post(
    path,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'addRegistryRepositoryRule',
        tags,
        params: Type.Object(idParameter),
        body: repositoryRuleBody,
        response: { 201: repositoryRuleEntity },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const rules = await rulesOf(project.id)
      const rule = { pathPattern: request.body.repository_path_pattern, ...levelsOf(request.body) }
      if (rule.pushLevel === null && rule.deleteLevel === null)
        throw badRequest('a level for push or for delete is missing')
      refuseDoubled(
        rules.length,
        rules.some(other => other.pathPattern === rule.pathPattern),
      )
      const added = await deps.store.addRepositoryRule(project.id, rule)
      return reply.code(201).send(toRepositoryRule(added, project.id))
    },
  )

  app.patch(
    `${path}/:rule_id`,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'changeRegistryRepositoryRule',
        tags,
        params: Type.Object(ruleParameters),
        body: Type.Partial(repositoryRuleBody),
        response: { 200: repositoryRuleEntity },
      },
    },
    async request => {
      const { project } = projectOf(request)
      const before = (await rulesOf(project.id)).find(rule => rule.id === request.params.rule_id)
      if (before === undefined) throw notFound('Rule')
      const rule = {
        ...before,
        pathPattern: request.body.repository_path_pattern ?? before.pathPattern,
        ...levelsOf(request.body, before),
      }
      await deps.store.changeRepositoryRule(project.id, rule)
      return toRepositoryRule(rule, project.id)
    },
  )

  app.delete(
    `${path}/:rule_id`,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'removeRegistryRepositoryRule',
        tags,
        params: Type.Object(ruleParameters),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      if (!(await deps.store.removeRepositoryRule(project.id, request.params.rule_id))) throw notFound('Rule')
      return reply.code(204).send(null)
    },
  )
}

function registerTagRules(app: App, deps: RegistryApiDeps): void {
  const path = '/api/v4/projects/:id/registry/protection/tag/rules'
  const rulesOf = async (projectId: number) => (await deps.store.rulesOf(projectId)).tagRules

  app.get(
    path,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'listRegistryTagRules',
        tags,
        params: Type.Object(idParameter),
        response: { 200: Type.Array(tagRuleEntity) },
      },
    },
    async request => {
      const { project } = projectOf(request)
      return (await rulesOf(project.id)).map(rule => toTagRule(rule, project.id))
    },
  )

  app.post(
    path,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'addRegistryTagRule',
        tags,
        params: Type.Object(idParameter),
        body: tagRuleBody,
        response: { 201: tagRuleEntity },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const rules = await rulesOf(project.id)
      const rule = { tagPattern: request.body.tag_name_pattern, ...levelsOf(request.body) }
      compileRegex(rule.tagPattern, 'tag_name_pattern')
      refuseDoubled(
        rules.length,
        rules.some(other => other.tagPattern === rule.tagPattern),
      )
      const added = await deps.store.addTagRule(project.id, rule)
      return reply.code(201).send(toTagRule(added, project.id))
    },
  )

  app.patch(
    `${path}/:rule_id`,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'changeRegistryTagRule',
        tags,
        params: Type.Object(ruleParameters),
        body: Type.Partial(tagRuleBody),
        response: { 200: tagRuleEntity },
      },
    },
    async request => {
      const { project } = projectOf(request)
      const before = (await rulesOf(project.id)).find(rule => rule.id === request.params.rule_id)
      if (before === undefined) throw notFound('Rule')
      const rule = {
        ...before,
        tagPattern: request.body.tag_name_pattern ?? before.tagPattern,
        ...levelsOf(request.body, before),
      }
      compileRegex(rule.tagPattern, 'tag_name_pattern')
      await deps.store.changeTagRule(project.id, rule)
      return toTagRule(rule, project.id)
    },
  )

  app.delete(
    `${path}/:rule_id`,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'removeRegistryTagRule',
        tags,
        params: Type.Object(ruleParameters),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      if (!(await deps.store.removeTagRule(project.id, request.params.rule_id))) throw notFound('Rule')
      return reply.code(204).send(null)
    },
  )
}

type Levels = { readonly pushLevel: ProtectionLevel | null; readonly deleteLevel: ProtectionLevel | null }
type LevelsBody = Static<ReturnType<typeof Type.Object<typeof levels>>>

function levelsOf(body: LevelsBody, before: Levels = { pushLevel: null, deleteLevel: null }): Levels {
  const { minimum_access_level_for_push: push, minimum_access_level_for_delete: remove } = body
  return {
    pushLevel: push === undefined ? before.pushLevel : push,
    deleteLevel: remove === undefined ? before.deleteLevel : remove,
  }
}

function refuseDoubled(count: number, isTaken: boolean): void {
  if (isTaken) throw badRequest('there is a rule with this pattern')
  if (count >= most) throw badRequest(`a project has at most ${most} rules`)
}

function toRepositoryRule(rule: RepositoryRule, projectId: number) {
  return { id: rule.id, project_id: projectId, repository_path_pattern: rule.pathPattern, ...toLevels(rule) }
}

function toTagRule(rule: TagRule, projectId: number) {
  const immutable = rule.pushLevel === null && rule.deleteLevel === null
  return { id: rule.id, project_id: projectId, tag_name_pattern: rule.tagPattern, ...toLevels(rule), immutable }
}

function toLevels({ pushLevel, deleteLevel }: Levels) {
  return { minimum_access_level_for_push: pushLevel, minimum_access_level_for_delete: deleteLevel }
}
