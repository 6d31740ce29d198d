// Says every two seconds which jobs still live here, and hears which are to end. A server that does not answer changes
// nothing: the runner goes on until it is told otherwise.
import type { Clock, LeaseKey, ServerClient } from './ports.ts'
import type { StopReason } from './stop-reason.ts'

export type HeartbeatOptions = {
  readonly server: Pick<ServerClient, 'heartbeat'>
  readonly clock: Clock
  readonly everyMs: number
  readonly jobs: () => readonly { readonly key: LeaseKey; readonly stop: (reason: StopReason) => void }[]
  readonly onBeat: (isHeard: boolean) => void
}

/** Resolves when the signal fires. An idle runner beats too, so that it is known to be there. */
export async function beat(
  { server, clock, everyMs, jobs, onBeat }: HeartbeatOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const alive = jobs()
    const answer = await server
      .heartbeat(
        alive.map(job => job.key),
        signal,
      )
      .catch(() => null)
    onBeat(answer !== null)
    for (const job of alive) {
      if (answer?.ended.includes(job.key.jobId)) job.stop({ kind: 'stale' })
      else if (answer?.canceling.includes(job.key.jobId)) job.stop({ kind: 'canceled' })
    }
    await clock.sleep(everyMs, signal).catch(() => {}) // aborted: the loop's condition ends it
  }
}
