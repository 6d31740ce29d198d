// Who is it? By password, access token, deploy token, job token or session. The token's hash is looked up; a password
// costs argon2, and only passwords count as attempts that lock out.
import { hashToken } from '../kit/token.ts'
import type { Lockout } from './lockout.ts'
import { type Actor, anonymous } from './model.ts'
import { verifyPassword } from './passwords.ts'
import type { Credentials, JobTokens } from './ports.ts'
import { isGood } from './renewal.ts'
import type { AccessTokenStore, DeployTokenStore, SessionStore, UserRecord, UserStore } from './store-ports.ts'
import type { VerifiedPasswords } from './verified-passwords.ts'

export type AuthenticationDeps = {
  readonly users: UserStore
  readonly accessTokens: AccessTokenStore
  readonly deployTokens: DeployTokenStore
  readonly sessions: SessionStore
  readonly jobTokens: JobTokens
  readonly lockout: Lockout
  readonly verifiedPasswords: VerifiedPasswords
  readonly now: () => Date
  /** `2026-12-31` */
  readonly today: () => string
}

/** The time of use of a token is written at most this often. */
const usedEveryMs = 10 * 60_000

/** Checked when there is no such user, so that the answer takes as long as for a real one. */
const decoyHash = '$argon2id$v=19$m=19456,t=2,p=1$c2xpcHdheS1kZWNveS1zYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

export function createAuthentication(
  accounts: AuthenticationDeps,
): (credentials: Credentials) => Promise<Actor | null> {
  return async credentials => {
    switch (credentials.kind) {
      case 'none':
        return anonymous
      case 'session':
        return bySession(accounts, credentials.session)
      case 'token':
        return byToken(accounts, credentials.token)
      case 'basic':
        return byBasic(accounts, credentials)
    }
  }
}

/** Is the password right? Counts failures, and answers false while locked out. */
export async function checkPassword(
  accounts: Pick<AuthenticationDeps, 'users' | 'lockout' | 'verifiedPasswords'>,
  attempt: { readonly login: string; readonly password: string; readonly address: string },
): Promise<UserRecord | null> {
  const { login, password } = attempt
  const found = await accounts.users.byLogin(login)
  const stored = found?.passwordHash ?? null
  if (found !== null && stored !== null && accounts.verifiedPasswords.isKnown(login, password, stored)) {
    return found.user.state === 'active' ? found.user : null
  }
  if (accounts.lockout.waitMs(attempt) > 0) return null
  const isRight = (await verifyPassword(stored ?? decoyHash, password)) && stored !== null
  if (found === null || stored === null || !isRight) {
    accounts.lockout.failed(attempt)
    return null
  }
  accounts.lockout.succeeded(attempt)
  accounts.verifiedPasswords.add(login, password, stored)
  return found.user.state === 'active' ? found.user : null
}

async function bySession(accounts: AuthenticationDeps, session: string): Promise<Actor | null> {
  const user = await accounts.sessions.userOf(hashToken(session), accounts.now().toISOString())
  return user === null || user.state !== 'active' ? null : actorOf(user, 'session')
}

async function byToken(accounts: AuthenticationDeps, token: string): Promise<Actor | null> {
  return token.startsWith('glcbt-') ? byJobToken(accounts, token) : byAccessToken(accounts, token)
}

async function byBasic(
  accounts: AuthenticationDeps,
  { username, password, address }: Extract<Credentials, { kind: 'basic' }>,
): Promise<Actor | null> {
  if (username === 'gitlab-ci-token') return byJobToken(accounts, password)
  if (password === '') return null
  if (password.startsWith('gldt-')) return byDeployToken(accounts, username, password)
  const actor = await byAccessToken(accounts, password)
  if (actor !== null || password.startsWith('glpat-')) return actor
  const user = await checkPassword(accounts, { login: username, password, address })
  return user === null ? null : actorOf(user, 'password')
}

async function byAccessToken(accounts: AuthenticationDeps, text: string): Promise<Actor | null> {
  const found = await accounts.accessTokens.byHash(hashToken(text))
  if (found === null) return null
  const { token, user } = found
  if (!isGood(token, accounts.today()) || user.state !== 'active') return null
  const now = accounts.now()
  if (token.lastUsedAt === null || now.getTime() - Date.parse(token.lastUsedAt) > usedEveryMs) {
    await accounts.accessTokens.used(token.id, now.toISOString())
  }
  return { ...actorOf(user, 'token'), tokenId: token.id, scopes: token.scopes }
}

async function byDeployToken(accounts: AuthenticationDeps, username: string, text: string): Promise<Actor | null> {
  const token = await accounts.deployTokens.byHash(hashToken(text))
  if (!isGood(token, accounts.today()) || token.username !== username) return null
  return {
    kind: 'deploy_token',
    tokenId: token.id,
    username: token.username,
    projectId: token.place.kind === 'project' ? token.place.projectId : null,
    groupId: token.place.kind === 'group' ? token.place.groupId : null,
    scopes: token.scopes,
    createdBy: token.createdBy,
  }
}

async function byJobToken(accounts: AuthenticationDeps, token: string): Promise<Actor | null> {
  const job = await accounts.jobTokens.find(hashToken(token))
  if (job === null || !job.running) return null
  const user = await accounts.users.byId(job.userId)
  if (user === null || user.state !== 'active') return null
  return {
    kind: 'job',
    jobId: job.jobId,
    projectId: job.projectId,
    userId: user.id,
    username: user.username,
    isAdmin: false,
    startedByAdmin: user.isAdmin,
  }
}

function actorOf(user: UserRecord, via: 'session' | 'password' | 'token') {
  return { kind: 'user', userId: user.id, username: user.username, isAdmin: user.isAdmin, via, scopes: 'all' } as const
}
