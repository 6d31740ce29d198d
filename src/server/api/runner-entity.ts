// Runners as GitLab's API shows them.
import { Type } from '@fastify/type-provider-typebox'
import type { RunnerRecord, RunnerScope } from '../../run/records.ts'
import { nullableString } from '../schema.ts'

const basicFields = {
  id: Type.Integer(),
  description: Type.String(),
  ip_address: nullableString,
  active: Type.Boolean(),
  paused: Type.Boolean(),
  is_shared: Type.Boolean(),
  runner_type: Type.String(),
  name: nullableString,
  online: Type.Boolean(),
  created_at: Type.String(),
  status: Type.String(),
  job_execution_status: Type.Optional(Type.String()),
}

export const runnerBasic = Type.Object(basicFields)

export const runnerFull = Type.Object({
  ...basicFields,
  tag_list: Type.Array(Type.String()),
  run_untagged: Type.Boolean(),
  locked: Type.Boolean(),
  maximum_timeout: Type.Null(),
  access_level: Type.String(),
  version: nullableString,
  revision: nullableString,
  platform: nullableString,
  architecture: nullableString,
  contacted_at: nullableString,
  maintenance_note: nullableString,
  projects: Type.Array(
    Type.Object({
      id: Type.Integer(),
      name: Type.String(),
      path: Type.String(),
      path_with_namespace: Type.String(),
    }),
  ),
  groups: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String(), web_url: Type.String() })),
})

const types: Readonly<Record<RunnerScope, string>> = {
  instance: 'instance_type',
  group: 'group_type',
  project: 'project_type',
}

/** A runner beats every two seconds; gitlab-runner asks at least every minute or so. */
const onlineMs = 2 * 60_000
const staleMs = 7 * 86_400_000

export type RunnerStatus = 'online' | 'offline' | 'stale' | 'never_contacted'

export function statusOf(runner: RunnerRecord, now: Date): RunnerStatus {
  if (runner.contactedAt === null) return 'never_contacted'
  const silentMs = now.getTime() - Date.parse(runner.contactedAt)
  if (silentMs < onlineMs) return 'online'
  return silentMs < staleMs ? 'offline' : 'stale'
}

export function toRunnerBasic(runner: RunnerRecord, now: Date) {
  const status = statusOf(runner, now)
  return {
    id: runner.id,
    description: runner.description,
    ip_address: null,
    active: !runner.isPaused,
    paused: runner.isPaused,
    is_shared: runner.scope === 'instance',
    runner_type: types[runner.scope],
    name: 'slipway',
    online: status === 'online',
    created_at: runner.createdAt,
    status,
  }
}

export type NamedProject = {
  readonly id: number
  readonly name: string
  readonly path: string
  readonly path_with_namespace: string
}
export type NamedGroup = { readonly id: number; readonly name: string; readonly web_url: string }

export function toRunnerFull(
  runner: RunnerRecord,
  now: Date,
  places: { readonly projects: readonly NamedProject[]; readonly groups: readonly NamedGroup[] },
) {
  return {
    ...toRunnerBasic(runner, now),
    tag_list: [...runner.tags],
    run_untagged: runner.runUntagged,
    locked: false,
    maximum_timeout: null,
    access_level: runner.isProtectedOnly ? 'ref_protected' : 'not_protected',
    version: runner.version,
    revision: null,
    platform: runner.platform,
    architecture: runner.architecture,
    contacted_at: runner.contactedAt,
    maintenance_note: null,
    projects: [...places.projects],
    groups: [...places.groups],
  }
}
