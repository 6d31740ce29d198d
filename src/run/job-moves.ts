// How one job moves from state to state. Nothing here looks at other jobs.
//
//   created ─┬─▶ waiting_for_resource ─▶ pending ─▶ running ─┬─▶ success
//            ├─▶ manual ─(play)──▶ ▲        ▲          │      ├─▶ failed ─(retry)─▶ a new row, created
//            ├─▶ scheduled ─(due)─▶ ▲       └─ requeue ┤      │
//            └─▶ skipped                               └─▶ canceling ─▶ canceled
import type { JobState } from './machine-model.ts'
import type { FailureDetail, FailureReason, JobOutcome, JobStatus } from './model.ts'

export const finalStatuses: readonly JobStatus[] = ['success', 'failed', 'canceled', 'skipped']
const cancelableStatuses: readonly JobStatus[] = [
  'created',
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'manual',
  'scheduled',
]

export function isFinal(job: Pick<JobState, 'status'>): boolean {
  return finalStatuses.includes(job.status)
}

export function isCancelable(job: Pick<JobState, 'status'>): boolean {
  return cancelableStatuses.includes(job.status)
}

export function isRetryable(job: Pick<JobState, 'status' | 'isRetried'>): boolean {
  return !job.isRetried && (job.status === 'success' || job.status === 'failed' || job.status === 'canceled')
}

/** A bridge that mirrors a manual pipeline downstream has nothing to play. */
export function isPlayable(job: JobState): boolean {
  const isAction = job.rule.when === 'manual' || job.rule.when === 'delayed'
  if (job.isRetried || !isAction || job.downstreamPipelineId !== null) return false
  return job.status === 'manual' || job.status === 'scheduled' || job.status === 'skipped'
}

export function enqueue(job: JobState, at: string): JobState {
  if (job.rule.resourceGroup !== null) return { ...job, status: 'waiting_for_resource', scheduledAt: null }
  return makePending(job, at)
}

export function makePending(job: JobState, at: string): JobState {
  return { ...job, status: 'pending', queuedAt: at, scheduledAt: null }
}

export function schedule(job: JobState, at: string): JobState {
  const due = new Date(Date.parse(at) + (job.rule.startInSeconds ?? 0) * 1000)
  return { ...job, status: 'scheduled', scheduledAt: due.toISOString() }
}

export function claim(job: JobState, runnerId: number, at: string): JobState {
  return { ...job, status: 'running', runnerId, lease: job.lease + 1, hasBegun: false, startedAt: at }
}

/** Back to the queue: the runner is lost, and nothing of the script has run. */
export function requeue(job: JobState, at: string): JobState {
  return { ...job, status: 'pending', runnerId: null, startedAt: null, queuedAt: at }
}

/** Running jobs are asked to stop; everything else stops at once. */
export function cancel(job: JobState, at: string, force: boolean): JobState {
  if (job.status === 'running' && job.rule.kind === 'build' && !force) return { ...job, status: 'canceling' }
  return { ...job, status: 'canceled', finishedAt: at, scheduledAt: null }
}

export function finish(job: JobState, outcome: JobOutcome, at: string): JobState {
  if (job.status === 'canceling' || outcome.status === 'canceled') return { ...job, status: 'canceled', finishedAt: at }
  if (outcome.status === 'success') return { ...job, status: 'success', finishedAt: at }
  const { failureReason: reason, failureDetail: detail, exitCode, message } = outcome
  return fail(job, { reason, detail, exitCode, message }, at)
}

export type Failure = {
  readonly reason: FailureReason
  readonly detail: FailureDetail | null
  readonly exitCode: number | null
  readonly message: string
}

export function fail(job: JobState, failure: Failure, at: string): JobState {
  const forgiven = failure.exitCode !== null && (job.rule.allowFailureExitCodes ?? []).includes(failure.exitCode)
  return {
    ...job,
    status: 'failed',
    allowFailure: job.allowFailure || forgiven,
    failureReason: failure.reason,
    failureDetail: failure.detail,
    exitCode: failure.exitCode,
    message: failure.message,
    finishedAt: at,
    scheduledAt: null,
  }
}

/** The row that stands for `job` from now on. */
export function newAttempt(
  job: JobState,
  change: Pick<JobState, 'id' | 'userId' | 'startsAtOnce'>,
  at: string,
): JobState {
  return firstAttempt({
    ...change,
    rule: job.rule,
    demandClass: job.demandClass,
    attempt: job.attempt + 1,
    createdAt: at,
  })
}

export function firstAttempt(
  given: Pick<JobState, 'id' | 'rule' | 'createdAt'> &
    Partial<Pick<JobState, 'demandClass' | 'userId' | 'startsAtOnce' | 'attempt'>>,
): JobState {
  return {
    status: 'created',
    demandClass: '',
    allowFailure: given.rule.allowFailure,
    attempt: 0,
    isRetried: false,
    startsAtOnce: false,
    userId: null,
    runnerId: null,
    lease: 0,
    hasBegun: false,
    failureReason: null,
    failureDetail: null,
    exitCode: null,
    message: null,
    coverage: null,
    downstreamPipelineId: null,
    queuedAt: null,
    startedAt: null,
    finishedAt: null,
    scheduledAt: null,
    ...given,
  }
}

/** `when: always` unless only exit codes are named. Some reasons are never tried again; a bad scheduler always is, twice. */
export function retriesByItself(job: JobState): boolean {
  const { retry } = job.rule
  if (job.status !== 'failed' || job.failureReason === null || neverRetried.includes(job.failureReason)) return false
  if (job.failureReason === 'scheduler_failure' && job.attempt < 2) return true
  if (job.attempt >= retry.max) return false
  if (job.exitCode !== null && retry.exitCodes.includes(job.exitCode)) return true
  return retry.when.includes('always') || retry.when.includes(job.failureReason)
}

const neverRetried: readonly FailureReason[] = [
  'no_matching_runner',
  'missing_dependency_failure',
  'failed_outdated_deployment_job',
  'protected_environment_failure',
  'environment_creation_failure',
]
