// Who is signed in. The session itself is a cookie that scripts cannot read.
import { signal } from '@preact/signals'
import { change, csrfToken, getJson } from './api/client.ts'
import { forgetResources } from './api/resource.ts'
import { closeLive } from './live/connection.ts'

export type CurrentUser = {
  readonly id: number
  readonly username: string
  readonly name: string
  readonly is_admin: boolean
}

/** Undefined: not known yet. Null: nobody. */
export const currentUser = signal<CurrentUser | null | undefined>(undefined)

type SessionAnswer = { readonly user: CurrentUser | null; readonly csrf_token: string | null }

export async function loadSession(): Promise<void> {
  take(await getJson<SessionAnswer>('slipway/session'))
}

export async function signIn(username: string, password: string): Promise<void> {
  const answer = await change<SessionAnswer>('POST', 'slipway/session', { body: { login: username, password } })
  forgetResources()
  closeLive()
  take(answer)
}

export async function maySignUp(): Promise<boolean> {
  return (await getJson<{ readonly enabled: boolean }>('slipway/registration')).enabled
}

export type NewAccount = { readonly username: string; readonly email: string; readonly password: string }

/** Makes the account and signs in. */
export async function signUp(account: NewAccount): Promise<void> {
  await change('POST', 'slipway/registration', { body: account })
  await signIn(account.username, account.password)
}

export async function signOut(): Promise<void> {
  await change('DELETE', 'slipway/session')
  forgetResources()
  closeLive()
  take({ user: null, csrf_token: null })
}

function take(answer: SessionAnswer): void {
  csrfToken.value = answer.csrf_token ?? ''
  currentUser.value = answer.user
}
