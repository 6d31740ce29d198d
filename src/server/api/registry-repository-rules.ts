// Protected repositories, in GitLab's paths.
import { Type } from '@fastify/type-provider-typebox'
import type { RepositoryRule } from '../../registry/protection.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter } from '../schema.ts'
import type { RegistryApiDeps } from './registry-deps.ts'
import { level, levels, levelsOf, refuseDoubled, ruleParameters, toLevels } from './registry-rule-levels.ts'

const tags = ['container registry']

const repositoryRuleEntity = Type.Object({
  id: Type.Integer(),
  project_id: Type.Integer(),
  repository_path_pattern: Type.String(),
  minimum_access_level_for_push: level,
  minimum_access_level_for_delete: level,
})
const repositoryRuleBody = Type.Object({
  repository_path_pattern: Type.String({ minLength: 1, maxLength: 255 }),
  ...levels,
})

export function registerRegistryRepositoryRules(app: App, deps: RegistryApiDeps): void {
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

function toRepositoryRule(rule: RepositoryRule, projectId: number) {
  return { id: rule.id, project_id: projectId, repository_path_pattern: rule.pathPattern, ...toLevels(rule) }
}
