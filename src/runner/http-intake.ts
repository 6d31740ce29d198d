// An intake for hosts that are given no Redis: there may always be a job, so the daemon claims again and again, quickly
// after it got one and slowly while there is none.
import type { Clock, Intake } from './ports.ts'

const firstPauseMs = 250
const lastPauseMs = 2_000

export function createHttpIntake(clock: Clock): Intake {
  let pauseMs = firstPauseMs
  let isFirst = true
  return {
    next: async signal => {
      if (!isFirst) await clock.sleep(pauseMs, signal)
      isFirst = false
      return { jobId: null }
    },
    told: gotJob => {
      pauseMs = gotJob ? 0 : Math.min(Math.max(pauseMs, firstPauseMs) * 1.5, lastPauseMs)
    },
    close: async () => {},
  }
}
