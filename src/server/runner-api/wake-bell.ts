// Rings when there may be a job, for runners that wait by HTTP. It hears of wake-ups over the live bus, so those of
// other servers ring here too.
import type { JobQueue, LiveBus } from '../../run/ports.ts'

export type WakeBell = {
  /** The queue, which also rings. */
  readonly ringing: (queue: JobQueue) => JobQueue
  /** Resolves at the next ring, after `durationMs`, or when the signal fires. */
  readonly wait: (durationMs: number, signal: AbortSignal) => Promise<void>
}

const topic = 'wake-ups'

export function createWakeBell(bus: LiveBus): WakeBell {
  return {
    ringing: queue => ({
      ...queue,
      wake: async entries => {
        bus.publish(topic, {})
        await queue.wake(entries)
      },
    }),
    wait: (durationMs, signal) =>
      new Promise(resolve => {
        const done = (): void => {
          stop()
          clearTimeout(timer)
          signal.removeEventListener('abort', done)
          resolve()
        }
        const stop = bus.subscribe(topic, done)
        const timer = setTimeout(done, durationMs)
        if (signal.aborted) done()
        else signal.addEventListener('abort', done)
      }),
  }
}
