// The last sentence of a job's log.
import { green, red } from '../kit/terminal-colors.ts'
import type { JobOutcome } from '../run/model.ts'

export function lastLine(outcome: JobOutcome): string {
  if (outcome.status === 'success') return green('Job succeeded')
  if (outcome.status === 'canceled') return red('ERROR: Job failed: canceled')
  const isOurs = !['script_failure', 'job_execution_timeout'].includes(outcome.failureReason)
  return red(`ERROR: Job failed${isOurs ? ' (system failure)' : ''}: ${outcome.message}`)
}
