// The clock of the server.
import type { Clock } from '../../run/ports.ts'

/** What `setTimeout` can wait for. */
const longestMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => new Date(),
  callAt(at, action) {
    let timer: NodeJS.Timeout
    const wait = (): void => {
      const leftMs = at.getTime() - Date.now()
      timer = leftMs > longestMs ? setTimeout(wait, longestMs) : setTimeout(action, Math.max(0, leftMs))
      timer.unref()
    }
    wait()
    return () => clearTimeout(timer)
  },
}
