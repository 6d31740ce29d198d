// Protected tags, in GitLab's paths. A rule without any level makes its tags immutable.
import { Type } from '@fastify/type-provider-typebox'
import type { TagRule } from '../../registry/protection.ts'
import { compileRegex } from '../../registry/user-pattern.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter } from '../schema.ts'
import type { RegistryApiDeps } from './registry-deps.ts'
import { level, levels, levelsOf, refuseDoubled, ruleParameters, toLevels } from './registry-rule-levels.ts'

const tags = ['container registry']

const tagRuleEntity = Type.Object({
  id: Type.Integer(),
  project_id: Type.Integer(),
  tag_name_pattern: Type.String(),
  minimum_access_level_for_push: level,
  minimum_access_level_for_delete: level,
  immutable: Type.Boolean(),
})
const tagRuleBody = Type.Object({ tag_name_pattern: Type.String({ minLength: 1, maxLength: 100 }), ...levels })

export function registerRegistryTagRules(app: App, deps: RegistryApiDeps): void {
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

function toTagRule(rule: TagRule, projectId: number) {
  const immutable = rule.pushLevel === null && rule.deleteLevel === null
  return { id: rule.id, project_id: projectId, tag_name_pattern: rule.tagPattern, ...toLevels(rule), immutable }
}
