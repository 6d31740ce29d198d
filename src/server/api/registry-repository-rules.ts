// Protected repositories.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { RepositoryRule } from '../../registry/protection.ts'
import type { App } from '../app.ts'
import { badRequest } from '../plugins/errors.ts'
import type { RegistryApiDeps } from './registry-deps.ts'
import { level, levels, levelsOf, registerRegistryRules, toLevels } from './registry-rules.ts'

const entity = Type.Object({
  id: Type.Integer(),
  project_id: Type.Integer(),
  repository_path_pattern: Type.String(),
  minimum_access_level_for_push: level,
  minimum_access_level_for_delete: level,
})
const body = Type.Object({
  repository_path_pattern: Type.String({ minLength: 1, maxLength: 255 }),
  ...levels,
})

export function registerRegistryRepositoryRules(app: App, { store }: RegistryApiDeps): void {
  registerRegistryRules<RepositoryRule, Partial<Static<typeof body>>>(app, {
    path: 'repository',
    name: 'RepositoryRule',
    entity,
    body,
    rulesOf: async projectId => (await store.rulesOf(projectId)).repositoryRules,
    wished(given, before) {
      const pathPattern = given.repository_path_pattern ?? before?.pathPattern ?? ''
      const rule = { pathPattern, ...levelsOf(given, before) }
      if (rule.pushLevel === null && rule.deleteLevel === null)
        throw badRequest('a level for push or for delete is missing')
      return rule
    },
    patternOf: rule => rule.pathPattern,
    show: (rule, projectId) => ({
      id: rule.id,
      project_id: projectId,
      repository_path_pattern: rule.pathPattern,
      ...toLevels(rule),
    }),
    add: store.addRepositoryRule,
    change: store.changeRepositoryRule,
    remove: store.removeRepositoryRule,
  })
}
