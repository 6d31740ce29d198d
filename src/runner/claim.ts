// A wake-up becomes a job. The same nonce is said until there is an answer, so an answer that was lost on the way is
// given again and no job is claimed twice.
import { randomUUID } from 'node:crypto'
import type { JobPayload } from '../run/protocol.ts'
import type { Clock, ServerClient } from './ports.ts'
import { untilAnswered } from './retry.ts'

export function claimJob(
  jobId: number | null,
  { server, clock }: { readonly server: ServerClient; readonly clock: Clock },
  signal: AbortSignal,
): Promise<JobPayload | null> {
  const nonce = randomUUID()
  return untilAnswered(() => server.claim({ nonce, jobId }, signal), clock, signal)
}
