// Signing in with a password in the browser: a random session token in a cookie, its hash in the store.
import { AppError } from '../kit/errors.ts'
import { hashToken, mintToken } from '../kit/token.ts'
import { type AuthenticationDeps, checkPassword } from './authentication.ts'
import { accessError } from './errors.ts'
import type { UserRecord } from './store-ports.ts'

const lifeMs = 14 * 24 * 3600_000

export type SignIn = {
  /** Fails with `access.wrong_password`, or `access.too_many_attempts` while locked out. */
  readonly signIn: (attempt: {
    readonly login: string
    readonly password: string
    readonly address: string
    readonly userAgent: string
  }) => Promise<{ readonly session: string; readonly expiresAt: Date; readonly user: UserRecord }>
  readonly signOut: (session: string) => Promise<void>
}

export function createSignIn(deps: AuthenticationDeps): SignIn {
  return {
    signIn: async attempt => {
      refuseLockedOut(deps.lockout.waitMs(attempt))
      const user = await checkPassword(deps, attempt)
      if (user === null) {
        refuseLockedOut(deps.lockout.waitMs(attempt))
        throw accessError('access.wrong_password', 'The user name or the password is wrong.')
      }
      const now = deps.now()
      const expiresAt = new Date(now.getTime() + lifeMs)
      const { token, hash } = mintToken('slps-')
      await deps.sessions.endExpired(now.toISOString())
      await deps.sessions.create({
        hash,
        userId: user.id,
        at: now.toISOString(),
        expiresAt: expiresAt.toISOString(),
        address: attempt.address,
        userAgent: attempt.userAgent.slice(0, 255),
      })
      await deps.users.signedIn(user.id, now.toISOString())
      return { session: token, expiresAt, user }
    },
    signOut: session => deps.sessions.end(hashToken(session)),
  }
}

function refuseLockedOut(waitMs: number): void {
  if (waitMs === 0) return
  const retryAfterSeconds = Math.ceil(waitMs / 1000)
  const minutes = Math.ceil(waitMs / 60_000)
  const message = `Too many failed attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`
  throw new AppError('access.too_many_attempts', message, { detail: { retryAfterSeconds } })
}
