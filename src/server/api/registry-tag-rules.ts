// Protected tags. A rule without any level makes its tags immutable.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { TagRule } from '../../registry/protection.ts'
import { compileRegex } from '../../registry/user-pattern.ts'
import type { App } from '../app.ts'
import type { RegistryApiDeps } from './registry-deps.ts'
import { level, levels, levelsOf, registerRegistryRules, toLevels } from './registry-rules.ts'

const entity = Type.Object({
  id: Type.Integer(),
  project_id: Type.Integer(),
  tag_name_pattern: Type.String(),
  minimum_access_level_for_push: level,
  minimum_access_level_for_delete: level,
  immutable: Type.Boolean(),
})
const body = Type.Object({ tag_name_pattern: Type.String({ minLength: 1, maxLength: 100 }), ...levels })

export function registerRegistryTagRules(app: App, { store }: RegistryApiDeps): void {
  registerRegistryRules<TagRule, Partial<Static<typeof body>>>(app, {
    path: 'tag',
    name: 'TagRule',
    entity,
    body,
    rulesOf: async projectId => (await store.rulesOf(projectId)).tagRules,
    wished(given, before) {
      const tagPattern = given.tag_name_pattern ?? before?.tagPattern ?? ''
      compileRegex(tagPattern, 'tag_name_pattern')
      return { tagPattern, ...levelsOf(given, before) }
    },
    patternOf: rule => rule.tagPattern,
    show: (rule, projectId) => ({
      id: rule.id,
      project_id: projectId,
      tag_name_pattern: rule.tagPattern,
      ...toLevels(rule),
      immutable: rule.pushLevel === null && rule.deleteLevel === null,
    }),
    add: store.addTagRule,
    change: store.changeTagRule,
    remove: store.removeTagRule,
  })
}
