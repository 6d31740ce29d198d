// All resources of accounts and repositories, registered in one call.
import type { Accounts } from '../../access/accounts.ts'
import type { RefEditor } from '../../git/ref-editor.ts'
import type { Repositories } from '../../git/repositories.ts'
import type { ReleaseStore } from '../../run/release-ports.ts'
import type { App } from '../app.ts'
import { registerBranches } from './branches.ts'
import { registerCommits } from './commits.ts'
import { registerDeployTokens } from './deploy-tokens.ts'
import { registerGroups } from './groups.ts'
import { registerJobTokenScope } from './job-token-scope.ts'
import { registerMembers } from './members.ts'
import { registerProjects } from './projects.ts'
import { registerProtectedRefs } from './protected-refs.ts'
import { registerRepository } from './repository.ts'
import { registerSession } from './session.ts'
import { registerSettings } from './settings.ts'
import { registerSignUp } from './sign-up.ts'
import { registerTags } from './tags.ts'
import { registerTokens } from './tokens.ts'
import { registerUsers } from './users.ts'
import { registerVariables } from './variables.ts'
import { registerVersion } from './version.ts'

export type AccountResourcesDeps = {
  readonly accounts: Accounts
  readonly repositories: Repositories
  readonly editor: RefEditor
  readonly releases?: Pick<ReleaseStore, 'byTag'>
  /** As browsers and git see the server, without a slash at the end. */
  readonly url: string
  /** `host[:port]` of the registry as docker sees it. */
  readonly registryHost: string
  readonly version: string
}

export function registerAccountResources(app: App, deps: AccountResourcesDeps): void {
  const { accounts, repositories, editor, releases, url } = deps
  const { stores, access, now, today } = accounts
  const view = {
    url,
    registryHost: deps.registryHost,
    groups: stores.groups,
    isEmpty: async (projectId: number) => (await repositories.refs(projectId, 'branch')).length === 0,
  }
  registerVersion(app, deps)
  registerSession(app, { signIn: accounts.signIn, users: stores.users, audit: accounts.audit, url })
  registerSignUp(app, { users: accounts.users, settings: accounts.settings, url })
  registerUsers(app, { users: accounts.users, userStore: stores.users, url })
  registerGroups(app, { access, groups: accounts.groups, groupStore: stores.groups, url })
  registerProjects(app, {
    access,
    view,
    projects: accounts.projects,
    projectStore: stores.projects,
    settings: accounts.settings,
    setDefaultBranch: (projectId, branch) => setDefaultBranch(repositories, projectId, branch),
  })
  registerMembers(app, { members: accounts.members, memberStore: stores.members, users: stores.users, url })
  registerTokens(app, {
    accessTokens: accounts.accessTokens,
    tokenStore: stores.accessTokens,
    members: stores.members,
    users: stores.users,
    today,
  })
  registerDeployTokens(app, { deployTokens: accounts.deployTokens, deployTokenStore: stores.deployTokens, today })
  registerJobTokenScope(app, {
    access,
    jobTokenSources: stores.jobTokenSources,
    projectStore: stores.projects,
    view,
    now,
  })
  registerVariables(app, { variables: accounts.variables })
  registerProtectedRefs(app, { protectedRefs: stores.protectedRefs, now })
  registerBranches(app, { access, repositories, editor, url })
  registerTags(app, { access, repositories, editor, url, ...(releases === undefined ? {} : { releases }) })
  registerCommits(app, { repositories, url })
  registerRepository(app, { repositories })
  registerSettings(app, { settings: accounts.settings, auditStore: stores.audit })
}

/** An empty repository may be told in advance what its first branch will be. */
async function setDefaultBranch(repositories: Repositories, projectId: number, branch: string): Promise<boolean> {
  const isThere = (await repositories.resolve(projectId, { kind: 'branch', name: branch })) !== null
  const isEmpty = (await repositories.refs(projectId, 'branch')).length === 0
  if (!isThere && !isEmpty) return false
  await repositories.setDefaultBranch(projectId, branch)
  return true
}
