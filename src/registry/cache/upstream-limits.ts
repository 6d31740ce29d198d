// What an upstream says of its limits: kept from its last answer, and obeyed once it has refused.
import { RegistryError } from '../errors.ts'

export type UpstreamLimits = {
  /** Keeps what this answer says. */
  readonly note: (response: Response) => void
  /** The headers of the last answer that had any. */
  readonly known: () => Readonly<Record<string, string>>
  /** @throws RegistryError TOOMANYREQUESTS while the upstream has asked to be left alone */
  readonly check: () => void
}

const passed = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after'] as const
const usualPauseSeconds = 30
const longestPauseSeconds = 3600

export function createUpstreamLimits(name: string, clock: () => number): UpstreamLimits {
  let known: Readonly<Record<string, string>> = {}
  let pausedUntilMs = 0

  return {
    note(response) {
      const given = passed.flatMap(header => {
        const value = response.headers.get(header)
        return value === null ? [] : [[header, value]]
      })
      if (given.length > 0 || response.status === 429) known = Object.fromEntries(given)
      if (response.status === 429) pausedUntilMs = clock() + pauseSeconds(known['retry-after'], clock) * 1000
    },
    known: () => known,
    check() {
      const leftSeconds = Math.ceil((pausedUntilMs - clock()) / 1000)
      if (leftSeconds <= 0) return
      throw new RegistryError('TOOMANYREQUESTS', `the registry ${name} has had too many requests from here`, {
        headers: { ...known, 'retry-after': String(leftSeconds) },
      })
    },
  }
}

/** `Retry-After` is a number of seconds or a date. */
function pauseSeconds(text: string | undefined, clock: () => number): number {
  const seconds = /^\d+$/.test(text ?? '') ? Number(text) : (Date.parse(text ?? '') - clock()) / 1000
  return Math.min(Number.isFinite(seconds) && seconds > 0 ? seconds : usualPauseSeconds, longestPauseSeconds)
}
