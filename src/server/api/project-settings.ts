// The settings of a project as GitLab's API takes them.
import { type Static, Type } from '@fastify/type-provider-typebox'
import { type CiSettings, configPathOf, overrideRoles, timeoutOf } from '../../access/ci-settings.ts'
import type { ProjectChange } from '../../access/store-ports.ts'
import { badRequest } from '../plugins/errors.ts'
import { nullableString, oneOf, visibility } from '../schema.ts'

export const changeFields = {
  name: Type.Optional(Type.String()),
  path: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  visibility: Type.Optional(visibility),
  default_branch: Type.Optional(Type.String()),
  builds_enabled: Type.Optional(Type.Boolean()),
  jobs_enabled: Type.Optional(Type.Boolean()),
  builds_access_level: Type.Optional(Type.String()),
  container_registry_enabled: Type.Optional(Type.Boolean()),
  container_registry_access_level: Type.Optional(Type.String()),
  ci_push_repository_for_job_token_allowed: Type.Optional(Type.Boolean()),
  ci_forward_deployment_enabled: Type.Optional(Type.Boolean()),
  ci_config_path: Type.Optional(nullableString),
  build_timeout: Type.Optional(Type.Integer()),
  auto_cancel_pending_pipelines: Type.Optional(oneOf(['enabled', 'disabled'] as const)),
  ci_pipeline_variables_minimum_override_role: Type.Optional(oneOf(overrideRoles)),
}
export const changeBody = Type.Object(changeFields)
export type ChangeBody = Static<typeof changeBody>

export function toChange(body: ChangeBody): ProjectChange {
  const { name, path, description, visibility: chosen, default_branch: defaultBranch } = body
  const builds = body.builds_enabled ?? body.jobs_enabled ?? switchOf('builds_access_level', body.builds_access_level)
  const registry =
    body.container_registry_enabled ?? switchOf('container_registry_access_level', body.container_registry_access_level)
  const forward = body.ci_forward_deployment_enabled
  const push = body.ci_push_repository_for_job_token_allowed
  return {
    ...(name === undefined ? {} : { name }),
    ...(path === undefined ? {} : { path }),
    ...(description === undefined ? {} : { description }),
    ...(chosen === undefined ? {} : { visibility: chosen }),
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
    ...(builds === undefined ? {} : { buildsEnabled: builds }),
    ...(registry === undefined ? {} : { registryEnabled: registry }),
    ...(body.container_registry_access_level === undefined
      ? {}
      : { registryMembersOnly: body.container_registry_access_level === 'private' }),
    ...(push === undefined ? {} : { jobTokenMayPush: push }),
    ...(forward === undefined ? {} : { outdatedDeploymentsAllowed: !forward }),
  }
}

/** The settings as they are after the change; undefined: it is about none of them. */
export function ciSettingsOf(before: CiSettings, body: ChangeBody): CiSettings | undefined {
  const { ci_config_path: path, build_timeout: timeout, auto_cancel_pending_pipelines: cancels } = body
  const role = body.ci_pipeline_variables_minimum_override_role
  if ([path, timeout, cancels, role].every(each => each === undefined)) return undefined
  const { configPath: pathBefore, ...rest } = before
  const configPath = path === undefined ? pathBefore : configPathOf(path ?? '')
  return {
    ...rest,
    ...(configPath === undefined ? {} : { configPath }),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeoutOf(timeout) }),
    ...(cancels === undefined ? {} : { cancelsRedundant: cancels === 'enabled' }),
    ...(role === undefined ? {} : { variablesRole: role }),
  }
}

function switchOf(field: string, level: string | undefined): boolean | undefined {
  if (level === undefined) return undefined
  if (level !== 'disabled' && level !== 'private' && level !== 'enabled') {
    throw badRequest(`${field} must be disabled, private or enabled`)
  }
  return level !== 'disabled'
}
