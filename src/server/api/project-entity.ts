// Projects as GitLab's API shows them.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { AccessLevel, Group } from '../../access/model.ts'
import type { GroupStore, ProjectDetails } from '../../access/store-ports.ts'
import { nullableInteger, nullableString, visibility } from '../schema.ts'
import { fullNameOf, namespaceEntity, toNamespace } from './group-entity.ts'

const role = Type.Union([
  Type.Object({ access_level: Type.Integer(), notification_level: Type.Integer() }),
  Type.Null(),
])

export const projectEntity = Type.Object({
  id: Type.Integer(),
  description: Type.String(),
  name: Type.String(),
  name_with_namespace: Type.String(),
  path: Type.String(),
  path_with_namespace: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  default_branch: Type.String(),
  topics: Type.Array(Type.String()),
  tag_list: Type.Array(Type.String()),
  ssh_url_to_repo: Type.String(),
  http_url_to_repo: Type.String(),
  web_url: Type.String(),
  readme_url: nullableString,
  avatar_url: nullableString,
  forks_count: Type.Integer(),
  star_count: Type.Integer(),
  open_issues_count: Type.Integer(),
  last_activity_at: Type.String(),
  namespace: namespaceEntity,
  creator_id: nullableInteger,
  archived: Type.Boolean(),
  empty_repo: Type.Boolean(),
  visibility,
  container_registry_image_prefix: Type.String(),
  container_registry_enabled: Type.Boolean(),
  container_registry_access_level: Type.String(),
  jobs_enabled: Type.Boolean(),
  builds_enabled: Type.Boolean(),
  builds_access_level: Type.String(),
  repository_access_level: Type.String(),
  issues_enabled: Type.Boolean(),
  merge_requests_enabled: Type.Boolean(),
  wiki_enabled: Type.Boolean(),
  snippets_enabled: Type.Boolean(),
  packages_enabled: Type.Boolean(),
  shared_runners_enabled: Type.Boolean(),
  public_jobs: Type.Boolean(),
  ci_config_path: nullableString,
  ci_job_token_scope_enabled: Type.Boolean(),
  ci_push_repository_for_job_token_allowed: Type.Boolean(),
  ci_forward_deployment_enabled: Type.Boolean(),
  ci_forward_deployment_rollback_allowed: Type.Boolean(),
  build_timeout: Type.Integer(),
  auto_cancel_pending_pipelines: Type.String(),
  ci_pipeline_variables_minimum_override_role: Type.String(),
  permissions: Type.Optional(Type.Object({ project_access: role, group_access: role })),
  _links: Type.Object({ self: Type.String(), repo_branches: Type.String(), members: Type.String() }),
})

export type ProjectView = {
  readonly url: string
  /** Host of the registry as docker sees it. */
  readonly registryHost: string
  readonly groups: GroupStore
  /** Is there no branch yet? */
  readonly isEmpty: (projectId: number) => Promise<boolean>
}

export async function toProject(
  view: ProjectView,
  project: ProjectDetails,
  level?: AccessLevel,
): Promise<Static<typeof projectEntity>> {
  const lineage = await view.groups.lineage(project.groupId)
  const [namespace] = lineage
  if (namespace === undefined) throw new Error(`project ${project.id} has no group`)
  return {
    ...identityOf(view, project, lineage, namespace),
    ...featuresOf(view, project),
    empty_repo: await view.isEmpty(project.id),
    ...(level === undefined ? {} : { permissions: permissionsOf(level) }),
  }
}

function identityOf({ url }: ProjectView, project: ProjectDetails, lineage: readonly Group[], namespace: Group) {
  const api = `${url}/api/v4/projects/${project.id}`
  const host = new URL(url).hostname
  return {
    id: project.id,
    description: project.description,
    name: project.name,
    name_with_namespace: `${fullNameOf(lineage)} / ${project.name}`,
    path: project.path,
    path_with_namespace: project.fullPath,
    created_at: project.createdAt,
    updated_at: project.lastActivityAt,
    default_branch: project.defaultBranch,
    topics: [],
    tag_list: [],
    // There is no SSH door; the field must be there for GitLab's clients.
    ssh_url_to_repo: `git@${host}:${project.fullPath}.git`,
    http_url_to_repo: `${url}/${project.fullPath}.git`,
    web_url: `${url}/${project.fullPath}`,
    readme_url: null,
    avatar_url: null,
    forks_count: 0,
    star_count: 0,
    open_issues_count: 0,
    last_activity_at: project.lastActivityAt,
    namespace: toNamespace(namespace, url),
    creator_id: project.creatorId,
    archived: project.archived,
    visibility: project.visibility,
    _links: { self: api, repo_branches: `${api}/repository/branches`, members: `${api}/members` },
  }
}

function featuresOf({ registryHost }: ProjectView, project: ProjectDetails) {
  const forMembers = project.registryMembersOnly ? 'private' : 'enabled'
  return {
    container_registry_image_prefix: `${registryHost}/${project.fullPath.toLowerCase()}`,
    container_registry_enabled: project.registryEnabled,
    container_registry_access_level: project.registryEnabled ? forMembers : 'disabled',
    jobs_enabled: project.buildsEnabled,
    builds_enabled: project.buildsEnabled,
    builds_access_level: project.buildsEnabled ? 'enabled' : 'disabled',
    repository_access_level: 'enabled',
    issues_enabled: false,
    merge_requests_enabled: true,
    wiki_enabled: false,
    snippets_enabled: false,
    packages_enabled: false,
    shared_runners_enabled: true,
    public_jobs: true,
    ci_config_path: project.ci?.configPath ?? null,
    ci_job_token_scope_enabled: true,
    ci_push_repository_for_job_token_allowed: project.jobTokenMayPush,
    ci_forward_deployment_enabled: project.outdatedDeploymentsAllowed !== true,
    ci_forward_deployment_rollback_allowed: true,
    build_timeout: project.ci?.timeoutSeconds ?? 3600,
    auto_cancel_pending_pipelines: project.ci?.cancelsRedundant === false ? 'disabled' : 'enabled',
    ci_pipeline_variables_minimum_override_role: project.ci?.variablesRole ?? 'developer',
  }
}

function permissionsOf(level: AccessLevel) {
  return { project_access: level === 0 ? null : { access_level: level, notification_level: 3 }, group_access: null }
}
