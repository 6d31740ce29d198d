// All of accounts over their stores: what the composition root makes once and hands to the doors.

import { createAccess } from './access.ts'
import { type AccessTokens, createAccessTokens } from './access-tokens.ts'
import { type Audit, createAudit } from './audit.ts'
import { createDeployTokens, type DeployTokens } from './deploy-tokens.ts'
import { createDirectory, type Directory } from './directory.ts'
import { createGroups, type Groups } from './groups.ts'
import { createLockout } from './lockout.ts'
import { createMembers, type Members } from './members.ts'
import type { Access, JobTokens } from './ports.ts'
import { createProjects, type ProjectHooks, type Projects } from './projects.ts'
import { createSettings, type Settings } from './settings.ts'
import { createSignIn, type SignIn } from './sign-in.ts'
import type {
  AccessTokenStore,
  AuditStore,
  DeployTokenStore,
  GroupStore,
  JobTokenSourceStore,
  MemberStore,
  ProjectStore,
  ProtectedRefStore,
  SessionStore,
  SettingStore,
  UserStore,
  VariableStore,
} from './store-ports.ts'
import { createUsers, type Users } from './users.ts'
import { createVariables, type Variables } from './variables.ts'
import type { Vault } from './vault.ts'
import { createVerifiedPasswords } from './verified-passwords.ts'

export type AccountStores = {
  readonly users: UserStore
  readonly groups: GroupStore
  readonly projects: ProjectStore
  readonly members: MemberStore
  readonly accessTokens: AccessTokenStore
  readonly deployTokens: DeployTokenStore
  readonly sessions: SessionStore
  readonly protectedRefs: ProtectedRefStore
  readonly variables: VariableStore
  readonly jobTokenSources: JobTokenSourceStore
  readonly settings: SettingStore
  readonly audit: AuditStore
}

export type Accounts = {
  readonly stores: AccountStores
  readonly access: Access
  readonly signIn: SignIn
  readonly users: Users
  readonly groups: Groups
  readonly projects: Projects
  readonly members: Members
  readonly accessTokens: AccessTokens
  readonly deployTokens: DeployTokens
  readonly variables: Variables
  readonly settings: Settings
  readonly directory: Directory
  readonly audit: Audit
  readonly today: () => string
  readonly now: () => Date
}

export function createAccounts(deps: {
  readonly stores: AccountStores
  readonly jobTokens: JobTokens
  readonly vault: Vault
  /** What happens outside of SQL when a project comes or goes. */
  readonly projectHooks: ProjectHooks
  readonly now: () => Date
}): Accounts {
  const { stores, now } = deps
  const nowMs = () => now().getTime()
  const today = () => dateOf(now())
  const settings = createSettings({ store: stores.settings, now: nowMs })
  const authentication = {
    ...stores,
    jobTokens: deps.jobTokens,
    lockout: createLockout({ now: nowMs }),
    verifiedPasswords: createVerifiedPasswords({ now: nowMs }),
    now,
    today,
  }
  const access = createAccess({ ...authentication, settings })
  const members = createMembers({ store: stores.members, users: stores.users, now, today })
  const projects = createProjects({
    store: stores.projects,
    groups: stores.groups,
    members: stores.members,
    protectedRefs: stores.protectedRefs,
    hooks: deps.projectHooks,
    now,
  })
  return {
    stores,
    access,
    settings,
    members,
    signIn: createSignIn(authentication),
    users: createUsers({ store: stores.users, now }),
    groups: createGroups({ store: stores.groups, projects: stores.projects, removeProject: projects.remove, now }),
    projects,
    accessTokens: createAccessTokens({
      store: stores.accessTokens,
      users: stores.users,
      members,
      memberStore: stores.members,
      now,
      today,
    }),
    deployTokens: createDeployTokens({ store: stores.deployTokens, now, today }),
    variables: createVariables({ store: stores.variables, projects: stores.projects, vault: deps.vault }),
    directory: createDirectory({ access, projects: stores.projects, users: stores.users }),
    audit: createAudit({ store: stores.audit, now }),
    today,
    now,
  }
}

/** `2026-12-31`, in UTC. */
export function dateOf(time: Date): string {
  return time.toISOString().slice(0, 10)
}
