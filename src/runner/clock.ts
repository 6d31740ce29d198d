import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from './ports.ts'

export const systemClock: Clock = {
  nowMs: Date.now,
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    try {
      await sleep(durationMs, undefined, { signal })
    } catch {
      throw signal.reason // the timer's own error says only that it was aborted
    }
  },
}
