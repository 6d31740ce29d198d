// The end of a job towards the server: first the whole log, then the status. It is said until it is heard, also by the
// next process; only a lease that is over ends it otherwise.
import type { JobOutcome } from '../run/model.ts'
import type { JobUpdate } from '../run/protocol.ts'
import type { JobContext, JobSignals, JobWorld } from './job-context.ts'
import type { LeaseKey } from './ports.ts'
import { untilAnswered } from './retry.ts'
import { stopReasonOf } from './stop-reason.ts'

/** `handed_over`: nothing is settled, the folder must stay. */
export async function tellEnd(context: JobContext, world: JobWorld): Promise<'told' | 'stale' | 'handed_over'> {
  const { outcome } = context.folder.state()
  if (outcome === null) return 'stale'
  const leaving = watchForLeaving(context.signals)
  const { signal } = leaving
  try {
    if ((await context.trace.finish(signal)) === 'stale') return 'stale'
    return await tellOutcome(context.key, outcome, world, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    return stopReasonOf(signal)?.kind === 'handed_over' ? 'handed_over' : 'stale'
  } finally {
    leaving.stop()
  }
}

/** The status alone, as often as it takes. */
export async function tellOutcome(
  key: LeaseKey,
  outcome: JobOutcome,
  { server, clock }: Pick<JobWorld, 'server' | 'clock'>,
  signal: AbortSignal,
): Promise<'told' | 'stale'> {
  const answer = await untilAnswered(() => server.update(key, updateOf(key, outcome), signal), clock, signal)
  return answer === 'accepted' ? 'told' : 'stale'
}

/**
 * A timeout ends the job, not the telling of its end. Must be stopped: Node keeps a signal that was made from others for as
 * long as somebody listens to it, and with it all that the listener knows of the job.
 */
function watchForLeaving({ rest }: JobSignals): { readonly signal: AbortSignal; readonly stop: () => void } {
  const leaving = new AbortController()
  const look = () => {
    const reason = stopReasonOf(rest)
    if (reason?.kind === 'handed_over' || reason?.kind === 'stale') leaving.abort(reason)
  }
  look()
  rest.addEventListener('abort', look, { once: true })
  return { signal: leaving.signal, stop: () => rest.removeEventListener('abort', look) }
}

function updateOf({ leaseToken, lease }: LeaseKey, outcome: JobOutcome): JobUpdate {
  if (outcome.status !== 'failed') return { token: leaseToken, state: outcome.status, slipway: { lease } }
  const { failureReason, failureDetail, exitCode, message } = outcome
  return {
    token: leaseToken,
    state: 'failed',
    failure_reason: failureReason,
    ...(exitCode === null ? {} : { exit_code: exitCode }),
    slipway: { lease, message, ...(failureDetail === null ? {} : { failure_detail: failureDetail }) },
  }
}
