// Deleting many tags of an image at once, by the parameters of a policy, in GitLab's path; with a preview.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { CleanupRules } from '../../registry/cleanup.ts'
import { parseDuration } from '../../registry/duration.ts'
import { usernameOf } from '../../registry/pusher.ts'
import type { App } from '../app.ts'
import { badRequest } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { type RegistryApiDeps, repositoryOf } from './registry-deps.ts'
import { previewEntity, toPreview } from './registry-preview.ts'
import { repositoryParameters } from './registry-repositories.ts'

const tags = ['container registry']

const bulkQuery = Type.Object({
  name_regex_delete: Type.Optional(Type.String()),
  name_regex: Type.Optional(Type.String({ description: 'The old name of name_regex_delete.' })),
  name_regex_keep: Type.Optional(Type.String()),
  keep_n: Type.Optional(Type.Integer({ minimum: 0 })),
  older_than: Type.Optional(Type.String({ description: '1h, 1d, 1month' })),
  preview: Type.Optional(Type.Boolean({ description: 'Tell what would go, and delete nothing.' })),
})

export function registerRegistryBulkDelete(app: App, deps: RegistryApiDeps): void {
  app.delete(
    '/api/v4/projects/:id/registry/repositories/:repository_id/tags',
    {
      config: { policy: { kind: 'project', action: 'delete_registry' } },
      schema: {
        operationId: 'deleteRegistryTags',
        tags,
        params: Type.Object(repositoryParameters),
        querystring: bulkQuery,
        response: { 200: previewEntity, 202: Type.Object({ deleted_tags: Type.Integer() }) },
      },
    },
    async (request, reply) => {
      const { repository, target } = await repositoryOf(request, deps)
      const rules = rulesFrom(request.query)
      const { project } = projectOf(request)
      if (request.query.preview === true) {
        return toPreview(await deps.registry.cleaner.preview(project.id, rules, repository.id), project.fullPath, deps)
      }
      const done = await deps.registry.cleaner.clean({
        projectId: project.id,
        repositoryId: repository.id,
        rules,
        username: usernameOf(target.actor),
        signal: new AbortController().signal,
      })
      return reply.code(202).send({ deleted_tags: done.deletedTags })
    },
  )
}

function rulesFrom(query: Static<typeof bulkQuery>): CleanupRules {
  const nameRegex = query.name_regex_delete ?? query.name_regex
  if (nameRegex === undefined) throw badRequest('name_regex_delete is missing')
  const olderThanMs = query.older_than === undefined ? null : parseDuration(query.older_than)
  if (query.older_than !== undefined && olderThanMs === null)
    throw badRequest(`older_than '${query.older_than}' is not like 1h, 1d, 1month`)
  return { nameRegex, nameRegexKeep: query.name_regex_keep ?? null, keepN: query.keep_n ?? null, olderThanMs }
}
