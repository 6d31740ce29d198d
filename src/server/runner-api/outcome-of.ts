// From a runner's last word to an outcome. PURE. Reasons that newer runners know and GitLab's list does not are mapped as
// GitLab's server maps them.
import {
  type FailureDetail,
  type FailureReason,
  failureDetails,
  failureReasons,
  type JobOutcome,
} from '../../run/model.ts'

export type LastWord = {
  readonly state?: string
  readonly failure_reason?: string
  readonly exit_code?: number
  readonly slipway?: { readonly failure_detail?: string; readonly message?: string }
}

const otherReasons: Readonly<Record<string, FailureReason>> = {
  image_pull_failure: 'runner_system_failure',
  runner_external_dependency_failure: 'runner_system_failure',
  runner_configuration_error: 'script_failure',
  runner_interrupted: 'unknown_failure',
}

/** Null: the job goes on. */
export function outcomeOf(word: LastWord): JobOutcome | null {
  switch (word.state) {
    case 'success':
    case 'canceled':
      return { status: word.state }
    case 'failed':
      return word.failure_reason === 'job_canceled' ? { status: 'canceled' } : failure(word)
    default:
      return null
  }
}

function failure({ failure_reason: reason = 'script_failure', exit_code: exitCode, slipway }: LastWord): JobOutcome {
  const failureReason = isReason(reason) ? reason : (otherReasons[reason] ?? 'unknown_failure')
  const detail = slipway?.failure_detail
  return {
    status: 'failed',
    failureReason,
    failureDetail: isDetail(detail) ? detail : null,
    exitCode: exitCode ?? null,
    message: slipway?.message ?? defaultMessage(failureReason, exitCode),
  }
}

function defaultMessage(reason: FailureReason, exitCode: number | undefined): string {
  if (reason === 'script_failure' && exitCode !== undefined) return `the script ended with exit code ${exitCode}`
  return reason.replaceAll('_', ' ')
}

function isReason(text: string): text is FailureReason {
  return (failureReasons as readonly string[]).includes(text)
}

function isDetail(text: string | undefined): text is FailureDetail {
  return text !== undefined && (failureDetails as readonly string[]).includes(text)
}
