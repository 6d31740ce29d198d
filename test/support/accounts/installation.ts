// Accounts over a database in memory, with people and places made in one line, for tests.
import { type Accounts, createAccounts } from '../../../src/access/accounts.ts'
import type { Group, UserActor, Visibility } from '../../../src/access/model.ts'
import type { JobTokens } from '../../../src/access/ports.ts'
import type { ProjectHooks } from '../../../src/access/projects.ts'
import type { ProjectDetails, UserRecord } from '../../../src/access/store-ports.ts'
import { createVault } from '../../../src/access/vault.ts'
import { createAccountStores } from '../../../src/store/accounts/account-stores.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'

export type Installation = {
  readonly accounts: Accounts
  readonly user: (
    username: string,
    options?: { readonly isAdmin?: boolean; readonly password?: string },
  ) => Promise<UserRecord>
  readonly group: (fullPath: string, options?: { readonly visibility?: Visibility }) => Promise<Group>
  readonly project: (fullPath: string, options?: { readonly visibility?: Visibility }) => Promise<ProjectDetails>
  /** A personal access token. */
  readonly token: (userId: number, scopes?: readonly string[]) => Promise<string>
  readonly close: () => Promise<void>
}

/** The first user, `root`, has the id 1 and is an administrator. */
export async function createInstallation(
  options: {
    readonly jobTokens?: JobTokens
    readonly projectHooks?: ProjectHooks
    readonly now?: () => Date
    readonly database?: Database
  } = {},
): Promise<Installation> {
  const now = options.now ?? (() => new Date())
  const database = options.database ?? (await openDatabase(':memory:'))
  const accounts = createAccounts({
    stores: createAccountStores(database, { now }),
    jobTokens: options.jobTokens ?? { find: async () => null },
    vault: createVault(Buffer.alloc(32, 7)),
    projectHooks: options.projectHooks ?? {
      onCreated: async () => {},
      onDeleting: async () => {},
      onDeleted: async () => {},
    },
    now,
  })
  const { stores } = accounts

  async function user(username: string, given: { readonly isAdmin?: boolean; readonly password?: string } = {}) {
    // Most users of a test never sign in: argon2 is left out for them.
    const { isAdmin = false, password = null } = given
    return accounts.users.create({
      username,
      name: `The ${username}`,
      email: `${username}@example.com`,
      password,
      isAdmin,
    })
  }

  async function group(
    fullPath: string,
    { visibility = 'public' }: { readonly visibility?: Visibility } = {},
  ): Promise<Group> {
    const known = await stores.groups.byPath(fullPath)
    if (known !== null) return known
    const parts = fullPath.split('/')
    const path = parts.pop() ?? ''
    const parentId = parts.length === 0 ? null : (await group(parts.join('/'), { visibility })).id
    return accounts.groups.create({ parentId, name: path, path, description: '', visibility }, 1)
  }

  await user('root', { isAdmin: true })
  return {
    accounts,
    user,
    group,
    project: async (fullPath, { visibility = 'private' } = {}) => {
      const at = fullPath.lastIndexOf('/')
      const { id: groupId } = await group(fullPath.slice(0, at))
      const path = fullPath.slice(at + 1)
      const values = { description: '', visibility, defaultBranch: 'main', buildsEnabled: true, registryEnabled: true }
      return accounts.projects.create({ groupId, name: path, path, ...values }, 1)
    },
    token: async (userId, scopes = ['api']) =>
      (
        await accounts.accessTokens.createPersonal(
          userId,
          { name: 'test', description: '', scopes, expiresAt: null },
          userId,
        )
      ).token,
    close: () => database.destroy(),
  }
}

/** Someone who has signed in with a password. */
export function actorOf(user: UserRecord): UserActor {
  return {
    kind: 'user',
    userId: user.id,
    username: user.username,
    isAdmin: user.isAdmin,
    via: 'session',
    scopes: 'all',
  }
}
