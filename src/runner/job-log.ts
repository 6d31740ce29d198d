// The sentences of a job's log that are the runner's, in GitLab's colours.
import type { JobOutcome } from '../run/model.ts'

export const green = (text: string) => `\u001b[32;1m${text}\u001b[0;m`
export const red = (text: string) => `\u001b[31;1m${text}\u001b[0;m`
export const yellow = (text: string) => `\u001b[0;33m${text}\u001b[0;m`
export const cyan = (text: string) => `\u001b[0K\u001b[36;1m${text}\u001b[0;m`

export function lastLine(outcome: JobOutcome): string {
  if (outcome.status === 'success') return green('Job succeeded')
  if (outcome.status === 'canceled') return red('ERROR: Job failed: canceled')
  const isOurs = !['script_failure', 'job_execution_timeout'].includes(outcome.failureReason)
  return red(`ERROR: Job failed${isOurs ? ' (system failure)' : ''}: ${outcome.message}`)
}
