// From what happened to how the job ended. Pure.
import type { StepEnd } from '../executor/port.ts'
import type { FailureDetail, FailureReason, JobOutcome } from '../run/model.ts'
import type { StopReason } from './stop-reason.ts'

export type JobStory = {
  readonly stop: StopReason | null
  /** Null: the script never ran. */
  readonly script: StepEnd | null
  /** What kept the script from running. */
  readonly problem: { readonly code: string; readonly message: string } | null
  /** What went wrong after a good script and fails the job. */
  readonly upload: { readonly message: string; readonly tooLarge: boolean } | null
}

export function decideOutcome(story: JobStory): JobOutcome {
  if (story.stop?.kind === 'timed_out') return timedOut(story.stop.timeoutSeconds)
  if (story.stop?.kind === 'disk_full')
    return failed('runner_system_failure', 'disk_full', 'the disk of the runner is full: the log could not be kept')
  if (story.stop !== null) return { status: 'canceled' }
  if (story.problem !== null) return prevented(story.problem)
  if (story.script === null) return failed('runner_system_failure', null, 'the script did not run')
  return ended(story.script, story.upload)
}

function ended(script: StepEnd, upload: JobStory['upload']): JobOutcome {
  if (script.engineLost)
    return failed('runner_system_failure', 'engine_unreachable', 'the Docker engine ended in the middle of the job')
  if (script.oomKilled)
    return {
      ...failed('script_failure', 'oom_killed', 'the job used more memory than it may'),
      exitCode: script.exitCode,
    }
  if (script.exitCode !== 0)
    return { ...failed('script_failure', null, `exit code ${script.exitCode}`), exitCode: script.exitCode }
  if (upload !== null) return failed('script_failure', upload.tooLarge ? 'artifacts_too_large' : null, upload.message)
  return { status: 'success' }
}

type Failed = Extract<JobOutcome, { status: 'failed' }>

function timedOut(seconds: number): Failed {
  return failed('job_execution_timeout', null, `execution took longer than ${inHours(seconds)} seconds`)
}

/** `1h0m0s`, as GitLab writes it. */
function inHours(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds % 60}s`
}

const preventions: Readonly<Record<string, readonly [FailureReason, FailureDetail | null]>> = {
  engine_unreachable: ['runner_system_failure', 'engine_unreachable'],
  image_not_found: ['runner_system_failure', 'image_not_found'],
  image_pull_denied: ['runner_system_failure', 'image_pull_denied'],
  image_pull_failed: ['runner_system_failure', null],
  policy_denied: ['runner_unsupported', 'policy_denied'],
  container_failed: ['runner_system_failure', null],
  container_stuck: ['runner_system_failure', null],
  service_failed: ['runner_system_failure', 'service_died'],
  disk_full: ['runner_system_failure', 'disk_full'],
  // A failing helper stage counts as a failing script, as on GitLab.
  sources_failed: ['script_failure', null],
  artifacts_missing: ['missing_dependency_failure', null],
}

function prevented({ code, message }: { readonly code: string; readonly message: string }): Failed {
  const [reason, detail] = preventions[code] ?? ['runner_system_failure', null]
  const outcome = failed(reason, detail, message)
  return reason === 'script_failure' ? { ...outcome, exitCode: 1 } : outcome
}

function failed(failureReason: FailureReason, failureDetail: FailureDetail | null, message: string): Failed {
  return { status: 'failed', failureReason, failureDetail, exitCode: null, message }
}
