// The first start makes the user `root`, an administrator, with a personal access token of all scopes.
import { randomBytes } from 'node:crypto'
import { hashToken, mintToken } from '../kit/token.ts'
import { scopes } from './model.ts'
import type { AccessTokenStore, UserStore } from './store-ports.ts'
import type { Users } from './users.ts'

/** What was generated, or null where the operator gave it: print it once. */
export type RootCredentials = {
  readonly username: 'root'
  readonly password: string | null
  readonly token: string | null
}

/** Null: there are users already. */
export async function createRoot(
  deps: {
    readonly users: Users
    readonly userStore: UserStore
    readonly accessTokens: AccessTokenStore
    readonly now: () => Date
  },
  given: { readonly password: string | undefined; readonly token: string | undefined },
): Promise<RootCredentials | null> {
  const { total } = await deps.userStore.list({}, { limit: 1, offset: 0 })
  if (total > 0) return null
  const password = given.password ?? randomBytes(15).toString('base64url')
  const root = await deps.users.create({
    username: 'root',
    name: 'Administrator',
    email: 'root@localhost',
    password,
    isAdmin: true,
  })
  const minted = given.token === undefined ? mintToken('glpat-') : { token: given.token, hash: hashToken(given.token) }
  await deps.accessTokens.create(
    {
      kind: 'personal',
      userId: root.id,
      groupId: null,
      projectId: null,
      name: 'first start',
      description: 'made when the server started for the first time',
      scopes,
      createdBy: root.id,
      expiresAt: null,
    },
    minted.hash,
    deps.now().toISOString(),
  )
  return {
    username: 'root',
    password: given.password === undefined ? password : null,
    token: given.token === undefined ? minted.token : null,
  }
}
