// The closed list of things one can do to a project or a group, and what each asks for. `policy.ts` reads it.
import type { Role, Scope } from './model.ts'

export type ProjectRule = {
  /** The lowest role among members. */
  readonly role: Role
  /** True: also whoever sees the project by its visibility, without being a member. */
  readonly readers: boolean
  /** True: not for tokens that only read, and not while the project is archived (unless `evenArchived`). */
  readonly changes: boolean
  readonly evenArchived: boolean
  /** A running job: in its own project only, also in projects that allow it, or never. */
  readonly job: 'own' | 'allowed' | 'never'
  /** Token scopes that are enough, beside `api` (and, where nothing changes, `read_api`). */
  readonly scopes: readonly Scope[]
  /** A part of the project that can be switched off. */
  readonly feature: 'builds' | 'registry' | null
}

type Options = Partial<Omit<ProjectRule, 'role' | 'changes'>>

function reads(role: Role, options: Options = {}): ProjectRule {
  return {
    role,
    readers: false,
    changes: false,
    evenArchived: true,
    job: 'allowed',
    scopes: [],
    feature: null,
    ...options,
  }
}

function changes(role: Role, options: Options = {}): ProjectRule {
  return {
    role,
    readers: false,
    changes: true,
    evenArchived: false,
    job: 'never',
    scopes: [],
    feature: null,
    ...options,
  }
}

const anyAccess: readonly Scope[] = ['read_repository', 'write_repository', 'read_registry', 'write_registry']

/** GitLab's roles for each action; pipelines and jobs are public to whoever sees the project, as by its default. */
export const projectRules = {
  read_project: reads('guest', { readers: true, scopes: anyAccess }),
  change_project: changes('maintainer'),
  archive_project: changes('owner', { evenArchived: true }),
  delete_project: changes('owner', { evenArchived: true }),

  read_code: reads('reporter', { readers: true, scopes: ['read_repository', 'write_repository'] }),
  push_code: changes('developer', { scopes: ['write_repository'] }),
  read_protected_refs: reads('developer'),
  change_protected_refs: changes('maintainer'),

  read_members: reads('guest', { readers: true }),
  change_members: changes('maintainer'),
  manage_tokens: changes('maintainer'),
  manage_deploy_tokens: changes('maintainer'),
  manage_job_token_scope: changes('maintainer'),
  manage_variables: changes('maintainer'),
  manage_hooks: changes('maintainer'),
  manage_triggers: changes('maintainer'),
  read_audit: reads('maintainer', { job: 'never' }),

  read_pipeline: reads('guest', { readers: true }),
  create_pipeline: changes('developer', { job: 'allowed', feature: 'builds' }),
  change_pipeline: changes('developer', { job: 'own', feature: 'builds' }),
  delete_pipeline: changes('owner'),
  read_job: reads('guest', { readers: true }),
  change_job: changes('developer', { job: 'own', feature: 'builds' }),
  read_artifacts: reads('guest', { readers: true }),
  change_artifacts: changes('developer', { job: 'own' }),
  lint_pipeline: reads('developer'),
  read_schedules: reads('reporter'),
  change_schedules: changes('developer', { feature: 'builds' }),
  read_environments: reads('reporter', { readers: true }),
  change_environments: changes('developer', { job: 'own' }),
  delete_environments: changes('developer', { job: 'own' }),
  delete_deployments: changes('maintainer'),
  read_releases: reads('guest', { readers: true }),
  change_releases: changes('developer', { job: 'own' }),
  read_merge_requests: reads('reporter', { readers: true }),
  change_merge_requests: changes('developer'),
  read_commit_status: reads('reporter', { readers: true }),
  change_commit_status: changes('developer', { job: 'own' }),
  read_resource_groups: reads('reporter'),
  change_resource_groups: changes('developer', { job: 'own' }),
  read_runners: reads('maintainer', { job: 'never' }),
  change_runners: changes('maintainer', { scopes: ['create_runner'] }),

  read_registry: reads('reporter', { readers: true, scopes: ['read_registry'], feature: 'registry' }),
  push_registry: changes('developer', { job: 'own', scopes: ['write_registry'], feature: 'registry' }),
  delete_registry: changes('developer', { job: 'own', feature: 'registry' }),
  manage_registry: changes('maintainer'),
} as const satisfies Record<string, ProjectRule>

export type ProjectAction = keyof typeof projectRules
export const projectActions = Object.keys(projectRules) as readonly ProjectAction[]

export type GroupRule = {
  readonly role: Role
  readonly readers: boolean
  readonly changes: boolean
  readonly scopes: readonly Scope[]
}

function group(role: Role, kind: 'reads' | 'changes', options: Partial<GroupRule> = {}): GroupRule {
  return { role, readers: false, changes: kind === 'changes', scopes: [], ...options }
}

export const groupRules = {
  read_group: group('guest', 'reads', { readers: true }),
  change_group: group('owner', 'changes'),
  delete_group: group('owner', 'changes'),
  create_project: group('developer', 'changes'),
  create_subgroup: group('maintainer', 'changes'),
  read_group_members: group('guest', 'reads', { readers: true }),
  change_group_members: group('owner', 'changes'),
  manage_group_tokens: group('owner', 'changes'),
  manage_group_deploy_tokens: group('owner', 'changes'),
  manage_group_variables: group('owner', 'changes'),
  manage_group_hooks: group('owner', 'changes'),
  read_group_runners: group('maintainer', 'reads'),
  change_group_runners: group('owner', 'changes', { scopes: ['create_runner'] }),
} as const satisfies Record<string, GroupRule>

export type GroupAction = keyof typeof groupRules
export const groupActions = Object.keys(groupRules) as readonly GroupAction[]
