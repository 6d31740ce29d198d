// Slows down guessing: after some failures of one user name from one address, or of any names from one address, further
// attempts are refused for a while. In memory and bounded; a restart forgives.

const windowMs = 10 * 60_000
const mostPerUserAndAddress = 10
const mostPerAddress = 50
const mostKept = 20_000

export type Attempt = { readonly login: string; readonly address: string }

export type Lockout = {
  /** How long this attempt has to wait, in milliseconds; 0: it may try. */
  readonly waitMs: (attempt: Attempt) => number
  readonly failed: (attempt: Attempt) => void
  readonly succeeded: (attempt: Attempt) => void
}

type Counter = { failures: number; readonly endsAt: number }

export function createLockout(deps: { readonly now: () => number }): Lockout {
  const counters = new Map<string, Counter>()

  function waitOf(key: string, most: number): number {
    const counter = counters.get(key)
    return counter === undefined || counter.failures < most ? 0 : Math.max(0, counter.endsAt - deps.now())
  }

  function count(key: string): void {
    const known = counters.get(key)
    if (known !== undefined && known.endsAt > deps.now()) {
      known.failures += 1
      return
    }
    counters.delete(key)
    counters.set(key, { failures: 1, endsAt: deps.now() + windowMs })
    // A map keeps the order of insertion: the oldest counter goes first.
    const [oldest] = counters.keys()
    if (counters.size > mostKept && oldest !== undefined) counters.delete(oldest)
  }

  return {
    waitMs: attempt =>
      Math.max(waitOf(pairOf(attempt), mostPerUserAndAddress), waitOf(attempt.address, mostPerAddress)),
    failed: attempt => {
      count(pairOf(attempt))
      count(attempt.address)
    },
    succeeded: attempt => {
      counters.delete(pairOf(attempt))
    },
  }
}

function pairOf({ login, address }: Attempt): string {
  return `${address} ${login.toLowerCase().slice(0, 255)}`
}
