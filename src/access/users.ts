// People and bots: what may be stored of them.
import { invalid } from './errors.ts'
import { nameProblem, pathProblem } from './names.ts'
import { hashPassword } from './passwords.ts'
import type { UserRecord, UserStore } from './store-ports.ts'

export type UserInput = {
  readonly username: string
  readonly name: string
  readonly email: string
  /** Null: cannot sign in with a password until one is set. */
  readonly password: string | null
  readonly isAdmin: boolean
}

export type UserChange = Partial<Pick<UserInput, 'name' | 'email' | 'isAdmin'>> & {
  readonly password?: string
  readonly state?: UserRecord['state']
}

export type Users = {
  readonly create: (input: UserInput) => Promise<UserRecord>
  readonly change: (id: number, change: UserChange) => Promise<UserRecord | null>
}

export function createUsers(deps: { readonly store: UserStore; readonly now: () => Date }): Users {
  return {
    create: async input => {
      refuse('username', pathProblem(input.username, true))
      refuse('name', nameProblem(input.name))
      refuse('email', emailProblem(input.email))
      const { password, ...user } = input
      const passwordHash = password === null ? null : await hashOf(password)
      return deps.store.create({ ...user, kind: 'person', passwordHash }, deps.now().toISOString())
    },
    change: async (id, { password, ...change }) => {
      if (change.name !== undefined) refuse('name', nameProblem(change.name))
      if (change.email !== undefined) refuse('email', emailProblem(change.email))
      return deps.store.update(id, {
        ...change,
        ...(password === undefined ? {} : { passwordHash: await hashOf(password) }),
      })
    },
  }
}

function refuse(field: string, problem: string | null): void {
  if (problem !== null) throw invalid(field, problem)
}

function emailProblem(email: string): string | null {
  return /^[^@\s\p{Cc}]+@[^@\s\p{Cc}]+$/u.test(email) && email.length <= 255 ? null : 'is invalid'
}

async function hashOf(password: string): Promise<string> {
  if (password.length < 8) throw invalid('password', 'is too short (minimum is 8 characters)')
  if (password.length > 128) throw invalid('password', 'is too long (maximum is 128 characters)')
  return hashPassword(password)
}
