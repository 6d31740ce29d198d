// The attempts of a job: rows of one name in one pipeline.
import type { JobView } from '../api/pipelines.ts'
import { lookOf } from '../ui/status.tsx'

/** The oldest first. */
export function attemptsOf(jobs: readonly JobView[], name: string): readonly JobView[] {
  return jobs
    .filter(job => job.name === name)
    .sort((one, other) => Date.parse(one.created_at) - Date.parse(other.created_at) || one.id - other.id)
}

/** What tells one attempt from another: how it ended, and where it ran. */
export function attemptWords(job: JobView): string {
  const runner = job.runner_id === null ? [] : [`runner\u00a0#${job.runner_id}`]
  return [endWords(job), ...runner].join(', ')
}

function endWords({ status, allow_failure: allowFailure, exit_code: code, failure_reason: reason }: JobView): string {
  if (status !== 'failed') return lookOf({ status, allowFailure }).word
  if (code !== null) return `exit code ${code}`
  return (reason ?? 'failed').replaceAll('_', ' ')
}
