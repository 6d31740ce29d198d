import { change, getJson, getPage, type Page, type Query } from './client.ts'

export type User = {
  readonly id: number
  readonly username: string
  readonly name: string
  readonly email?: string
  readonly state: 'active' | 'blocked'
  readonly is_admin?: boolean
  readonly bot?: boolean
  readonly created_at?: string
  readonly last_sign_in_at?: string | null
}

export function readOwnUser(signal: AbortSignal): Promise<User> {
  return getJson<User>('user', { signal })
}

export function changeOwnUser(body: Partial<Pick<UserInput, 'name' | 'email' | 'password'>>): Promise<User> {
  return change<User>('PUT', 'slipway/user', { body })
}

export function listUsers(query: Query, signal: AbortSignal): Promise<Page<User>> {
  return getPage<User>('users', { query, signal })
}

export type UserInput = {
  readonly username: string
  readonly name: string
  readonly email: string
  readonly password?: string
  readonly admin: boolean
}

export function createUser(input: UserInput): Promise<User> {
  return change<User>('POST', 'users', { body: { ...input, skip_confirmation: true } })
}

export function changeUser(id: number, input: Partial<UserInput>): Promise<User> {
  return change<User>('PUT', `users/${id}`, { body: input })
}

export function setUserBlocked(id: number, blocked: boolean): Promise<unknown> {
  return change('POST', `users/${id}/${blocked ? 'block' : 'unblock'}`)
}

export function deleteUser(id: number): Promise<unknown> {
  return change('DELETE', `users/${id}`)
}
