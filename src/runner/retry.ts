// For what must reach the server in the end, and may be said twice.
import { AppError } from '../kit/errors.ts'
import type { Clock } from './ports.ts'

const firstPauseMs = 100
const lastPauseMs = 5_000

/** Repeats until there is an answer; only a server that cannot be reached is a reason to repeat. */
export async function untilAnswered<T>(ask: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, lastPauseMs)) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'server_unreachable') throw error
      await clock.sleep(pauseMs * (0.5 + Math.random()), signal)
    }
  }
}
