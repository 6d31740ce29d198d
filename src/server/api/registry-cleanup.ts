// Deleting many tags: by the parameters of a policy at once, or by the project's policy on its schedule; each with a preview.
import { type Static, Type } from '@fastify/type-provider-typebox'
import {
  ages,
  type CleanupPolicy,
  type CleanupRules,
  cadences,
  defaultPolicy,
  nextRun,
  rulesOf,
} from '../../registry/cleanup.ts'
import { parseDuration } from '../../registry/duration.ts'
import type { CleanupPreview } from '../../registry/management/cleaner.ts'
import type { KeptPolicy } from '../../registry/management/ports.ts'
import { usernameOf } from '../../registry/pusher.ts'
import { compileRegex } from '../../registry/user-pattern.ts'
import type { App } from '../app.ts'
import { badRequest } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableInteger, nullableString } from '../schema.ts'
import { namesOf, type RegistryApiDeps, repositoryOf } from './registry-deps.ts'
import { repositoryParameters } from './registry-repositories.ts'

const tags = ['container registry']
const nullableAge = Type.Unsafe<CleanupPolicy['olderThan']>({ enum: [...Object.keys(ages), null] })
const cadence = Type.Unsafe<CleanupPolicy['cadence']>({ type: 'string', enum: Object.keys(cadences) })

const policyFields = {
  enabled: Type.Boolean(),
  cadence,
  keep_n: nullableInteger,
  older_than: nullableAge,
  name_regex: nullableString,
  name_regex_keep: nullableString,
}
const policyEntity = Type.Object({
  ...policyFields,
  next_run_at: nullableString,
  last_run: Type.Unsafe<{ finished_at: string; deleted_tags: number; unfinished: boolean } | null>({
    type: ['object', 'null'],
    properties: { finished_at: { type: 'string' }, deleted_tags: { type: 'integer' }, unfinished: { type: 'boolean' } },
  }),
})

const previewEntity = Type.Object({
  repositories: Type.Array(
    Type.Object({
      id: Type.Integer(),
      path: Type.String(),
      deletes: Type.Array(Type.Object({ name: Type.String(), digest: Type.String(), published_at: Type.String() })),
      keeps: Type.Array(Type.Object({ name: Type.String(), reason: Type.String() })),
      freed_bytes: Type.Integer(),
    }),
  ),
  deleted_tags: Type.Integer(),
  freed_bytes: Type.Integer(),
})

const bulkQuery = Type.Object({
  name_regex_delete: Type.Optional(Type.String()),
  name_regex: Type.Optional(Type.String({ description: 'The old name of name_regex_delete.' })),
  name_regex_keep: Type.Optional(Type.String()),
  keep_n: Type.Optional(Type.Integer({ minimum: 0 })),
  older_than: Type.Optional(Type.String({ description: '1h, 1d, 1month' })),
  preview: Type.Optional(Type.Boolean({ description: 'Tell what would go, and delete nothing.' })),
})

export function registerRegistryCleanup(app: App, deps: RegistryApiDeps): void {
  registerBulkDelete(app, deps)
  registerPolicy(app, deps)
}

function registerBulkDelete(app: App, deps: RegistryApiDeps): void {
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

function registerPolicy(app: App, deps: RegistryApiDeps): void {
  const path = '/api/v4/projects/:id/registry/cleanup_policy'
  app.get(
    path,
    {
      config: { policy: { kind: 'project', action: 'read_registry' } },
      schema: {
        operationId: 'getRegistryCleanupPolicy',
        tags,
        params: Type.Object(idParameter),
        response: { 200: policyEntity },
      },
    },
    async request => toPolicy(await policyOf(deps, projectOf(request).project.id)),
  )

  app.put(
    path,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'changeRegistryCleanupPolicy',
        tags,
        params: Type.Object(idParameter),
        body: Type.Partial(Type.Object(policyFields)),
        response: { 200: policyEntity },
      },
    },
    async request => {
      const { project } = projectOf(request)
      const policy = changed(await policyOf(deps, project.id), request.body)
      checkPatterns(policy)
      await deps.store.savePolicy(project.id, policy, policy.enabled ? nextRun(policy, deps.clock()) : null)
      return toPolicy(await policyOf(deps, project.id))
    },
  )

  app.post(
    `${path}/preview`,
    {
      config: { policy: { kind: 'project', action: 'read_registry' } },
      schema: {
        operationId: 'previewRegistryCleanupPolicy',
        description: 'What the policy would delete now; with fields, what it would delete if they were set.',
        tags,
        params: Type.Object(idParameter),
        body: Type.Partial(Type.Object(policyFields)),
        response: { 200: previewEntity },
      },
    },
    async request => {
      const { project } = projectOf(request)
      const rules = rulesOf(changed(await policyOf(deps, project.id), request.body))
      return toPreview(await deps.registry.cleaner.preview(project.id, rules, null), project.fullPath, deps)
    },
  )

  app.post(
    `${path}/run`,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'runRegistryCleanupPolicy',
        tags,
        params: Type.Object(idParameter),
        response: { 202: Type.Object({ deleted_tags: Type.Integer() }) },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const policy = await policyOf(deps, project.id)
      const done = await deps.registry.cleaner.clean({
        projectId: project.id,
        repositoryId: null,
        rules: rulesOf(policy),
        username: usernameOf(request.actor),
        signal: new AbortController().signal,
      })
      return reply.code(202).send({ deleted_tags: done.deletedTags })
    },
  )
}

async function policyOf(deps: RegistryApiDeps, projectId: number): Promise<KeptPolicy> {
  return (await deps.store.policyOf(projectId)) ?? { ...defaultPolicy, nextRunAt: null, lastRun: null }
}

type PolicyBody = Partial<Static<ReturnType<typeof Type.Object<typeof policyFields>>>>

function changed(policy: CleanupPolicy, body: PolicyBody): CleanupPolicy {
  return {
    enabled: body.enabled ?? policy.enabled,
    cadence: body.cadence ?? policy.cadence,
    keepN: body.keep_n === undefined ? policy.keepN : body.keep_n,
    olderThan: body.older_than === undefined ? policy.olderThan : body.older_than,
    nameRegex: body.name_regex === undefined ? policy.nameRegex : body.name_regex,
    nameRegexKeep: body.name_regex_keep === undefined ? policy.nameRegexKeep : body.name_regex_keep,
  }
}

function checkPatterns({ nameRegex, nameRegexKeep }: CleanupPolicy): void {
  if (nameRegex !== null) compileRegex(nameRegex, 'name_regex')
  if (nameRegexKeep !== null) compileRegex(nameRegexKeep, 'name_regex_keep')
}

function rulesFrom(query: Static<typeof bulkQuery>): CleanupRules {
  const nameRegex = query.name_regex_delete ?? query.name_regex
  if (nameRegex === undefined) throw badRequest('name_regex_delete is missing')
  const olderThanMs = query.older_than === undefined ? null : parseDuration(query.older_than)
  if (query.older_than !== undefined && olderThanMs === null)
    throw badRequest(`older_than '${query.older_than}' is not like 1h, 1d, 1month`)
  return { nameRegex, nameRegexKeep: query.name_regex_keep ?? null, keepN: query.keep_n ?? null, olderThanMs }
}

function toPolicy({
  enabled,
  cadence: every,
  keepN,
  olderThan,
  nameRegex,
  nameRegexKeep,
  nextRunAt,
  lastRun,
}: KeptPolicy) {
  return {
    enabled,
    cadence: every,
    keep_n: keepN,
    older_than: olderThan,
    name_regex: nameRegex,
    name_regex_keep: nameRegexKeep,
    next_run_at: nextRunAt,
    last_run:
      lastRun === null
        ? null
        : { finished_at: lastRun.finishedAt, deleted_tags: lastRun.deletedTags, unfinished: lastRun.unfinished },
  }
}

function toPreview(previews: readonly CleanupPreview[], projectPath: string, deps: RegistryApiDeps) {
  const repositories = previews.map(({ repository, takes, keeps, freedBytes }) => ({
    id: repository.id,
    path: namesOf(projectPath, repository.suffix, deps.registryUrl).path,
    deletes: takes.map(tag => ({ name: tag.name, digest: tag.digest, published_at: tag.pushedAt })),
    keeps: keeps.map(({ tag, reason }) => ({ name: tag.name, reason })),
    freed_bytes: freedBytes,
  }))
  return {
    repositories,
    deleted_tags: repositories.reduce((sum, repository) => sum + repository.deletes.length, 0),
    freed_bytes: repositories.reduce((sum, repository) => sum + repository.freed_bytes, 0),
  }
}
