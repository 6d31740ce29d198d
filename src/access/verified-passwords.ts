// Remembers for a short while that a user name and password were right, so that git and docker, which send them with
// every request, do not pay argon2 each time. Entries are keyed by an HMAC with a key of this process: the memory holds
// no password. An entry counts only while the stored hash is the one that was checked.
import { createHmac, randomBytes } from 'node:crypto'

const lifeMs = 60_000
const mostKept = 1000

export type VerifiedPasswords = {
  readonly isKnown: (username: string, password: string, passwordHash: string) => boolean
  readonly add: (username: string, password: string, passwordHash: string) => void
}

export function createVerifiedPasswords(deps: { readonly now: () => number }): VerifiedPasswords {
  const key = randomBytes(32)
  const entries = new Map<string, { readonly passwordHash: string; readonly endsAt: number }>()
  const digestOf = (username: string, password: string) =>
    createHmac('sha256', key).update(`${username.toLowerCase()}\0${password}`).digest('base64')

  return {
    isKnown: (username, password, passwordHash) => {
      const entry = entries.get(digestOf(username, password))
      return entry !== undefined && entry.passwordHash === passwordHash && entry.endsAt > deps.now()
    },
    add: (username, password, passwordHash) => {
      const digest = digestOf(username, password)
      entries.delete(digest)
      entries.set(digest, { passwordHash, endsAt: deps.now() + lifeMs })
      const [oldest] = entries.keys()
      if (entries.size > mostKept && oldest !== undefined) entries.delete(oldest)
    },
  }
}
