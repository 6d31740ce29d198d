// The project's policy by which tags are deleted on a schedule; with a preview, and to be run by hand.
import { type Static, Type } from '@fastify/type-provider-typebox'
import { ages, type CleanupPolicy, cadences, defaultPolicy, nextRun, rulesOf } from '../../registry/cleanup.ts'
import type { KeptPolicy } from '../../registry/management/ports.ts'
import { usernameOf } from '../../registry/pusher.ts'
import { compileRegex } from '../../registry/user-pattern.ts'
import type { App } from '../app.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, nullableInteger, nullableString } from '../schema.ts'
import type { RegistryApiDeps } from './registry-deps.ts'
import { previewEntity, toPreview } from './registry-preview.ts'

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

export function registerRegistryCleanupPolicy(app: App, deps: RegistryApiDeps): void {
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
