// What each event does to a job and to those that depend on it. An event that does not fit the job's state changes nothing.
import type { Board, Slot } from './board.ts'
import {
  cancel,
  claim,
  enqueue,
  fail,
  finish,
  isCancelable,
  isFinal,
  isPlayable,
  isRetryable,
  makePending,
  newAttempt,
  requeue,
  retriesByItself,
} from './job-moves.ts'
import type { JobState, RunEvent, RunSnapshot } from './machine-model.ts'
import type { PipelineStatus } from './model.ts'

/** What an event works on: changes go through `put` and `replace`, which remember them. */
export type Work = {
  readonly board: Board
  readonly at: string
  readonly onJobFailure: RunSnapshot['onJobFailure']
  readonly onNewCommit: RunSnapshot['onNewCommit']
  readonly put: (slot: Slot, job: JobState) => void
  /** A new attempt takes the slot; the old row stays, marked retried. */
  readonly replace: (slot: Slot, job: JobState) => void
}

export function handleEvent(work: Work, event: RunEvent): void {
  if (event.type === 'start') return
  if (event.type === 'pipeline_canceled') cancelAll(work)
  else if (event.type === 'superseded') supersede(work)
  else if (event.type === 'pipeline_retried') retryAll(work, event)
  else {
    const slot = work.board.slotOf(event.jobId)
    if (slot !== undefined) handleJobEvent(work, slot, event)
  }
}

export function isRetriedWithPipeline(job: JobState): boolean {
  return isRetryable(job) && job.status !== 'success'
}

type JobEvent = Extract<RunEvent, { readonly jobId: number }>
type EventOf<T extends JobEvent['type']> = Extract<JobEvent, { readonly type: T }>
type Handlers = { readonly [T in JobEvent['type']]: (work: Work, slot: Slot, event: EventOf<T>) => void }

function handleJobEvent<T extends JobEvent['type']>(work: Work, slot: Slot, event: EventOf<T>): void {
  const type: T = event.type as T
  const handler: Handlers[T] = handlers[type]
  handler(work, slot, event)
}

const handlers: Handlers = {
  claimed(work, slot, event) {
    const { job } = slot
    if (job.status === 'pending' && job.rule.kind === 'build') work.put(slot, claim(job, event.runnerId, work.at))
  },
  begun(work, slot) {
    if (isHeld(slot.job) && !slot.job.hasBegun) work.put(slot, { ...slot.job, hasBegun: true })
  },
  finished(work, slot, event) {
    if (!isHeld(slot.job)) return
    end(work, slot, finish({ ...slot.job, coverage: event.coverage }, event.outcome, work.at), event.newJobId)
  },
  requeued(work, slot) {
    const { job } = slot
    if (job.status === 'canceling') work.put(slot, cancel(job, work.at, true))
    else if (job.status === 'running' && !job.hasBegun) work.put(slot, requeue(job, work.at))
  },
  dropped(work, slot, event) {
    const { job } = slot
    if (job.status === 'canceling') work.put(slot, cancel(job, work.at, true))
    else if (!isFinal(job)) end(work, slot, fail(job, { ...event, exitCode: null }, work.at), event.newJobId)
  },
  resource_acquired(work, slot) {
    if (slot.job.status === 'waiting_for_resource') work.put(slot, makePending(slot.job, work.at))
  },
  timer_due(work, slot, event) {
    const { job } = slot
    if (job.status === 'scheduled' && job.scheduledAt !== null)
      startDelayed(work, slot, job.scheduledAt, event.newJobId)
  },
  played(work, slot, event) {
    if (!isPlayable(slot.job)) return
    work.put(slot, enqueue({ ...slot.job, userId: event.userId, startsAtOnce: true, finishedAt: null }, work.at))
    reconsiderAfter(work, slot)
  },
  unscheduled(work, slot) {
    if (slot.job.status === 'scheduled') work.put(slot, { ...slot.job, status: 'manual', scheduledAt: null })
  },
  job_canceled(work, slot, event) {
    const { job } = slot
    const isForced = job.status === 'canceling' && event.force
    if (isCancelable(job) || isForced) work.put(slot, cancel(job, work.at, event.force))
  },
  job_retried(work, slot, event) {
    if (!isRetryable(slot.job)) return
    const { newJobId: id, userId } = event
    work.replace(slot, newAttempt(slot.job, { id, userId, startsAtOnce: true }, work.at))
    reconsiderAfter(work, slot)
  },
  downstream_created(work, slot, event) {
    const { job } = slot
    if (job.status === 'pending' && job.rule.kind === 'bridge') {
      work.put(slot, startBridge(job, event.downstreamPipelineId, work.at))
    }
  },
  downstream_changed(work, slot, event) {
    const { job } = slot
    if (job.rule.strategy === null || job.downstreamPipelineId !== event.downstreamPipelineId) return
    const isMirror = job.rule.strategy === 'mirror'
    followDownstream(work, slot, isMirror ? mirrored(event.status) : depended(event.status), event)
  },
}

/** A runner has it. */
function isHeld(job: JobState): boolean {
  return job.rule.kind === 'build' && (job.status === 'running' || job.status === 'canceling')
}

/** A job ends; when it failed, it may get its next attempt at once, and nobody ever sees it failed. */
function end(work: Work, slot: Slot, ended: JobState, newJobId: number): void {
  work.put(slot, ended)
  if (retriesByItself(ended)) {
    work.replace(slot, newAttempt(ended, { id: newJobId, userId: ended.userId, startsAtOnce: true }, work.at))
    return
  }
  const isFailure = ended.status === 'failed' && !ended.allowFailure
  if (isFailure && work.onJobFailure === 'all') cancelAll(work)
}

const staleAfterMs = 3_600_000

function startDelayed(work: Work, slot: Slot, dueAt: string, newJobId: number): void {
  const lateMs = Date.parse(work.at) - Date.parse(dueAt)
  if (lateMs < 0) return
  if (lateMs < staleAfterMs) {
    work.put(slot, enqueue(slot.job, work.at))
    return
  }
  const message = 'the delayed job was not started within an hour of its time'
  const failure = { reason: 'stale_schedule', detail: null, exitCode: null, message } as const
  end(work, slot, fail(slot.job, failure, work.at), newJobId)
}

function startBridge(job: JobState, downstreamPipelineId: number, at: string): JobState {
  const started: JobState = { ...job, downstreamPipelineId, startedAt: at }
  if (job.rule.strategy !== null) return { ...started, status: 'running' }
  return { ...started, status: 'success', finishedAt: at }
}

/** A bridge that has ended runs again when its downstream pipeline is retried. */
function followDownstream(
  work: Work,
  slot: Slot,
  status: JobState['status'],
  event: EventOf<'downstream_changed'>,
): void {
  const { job } = slot
  if (status === job.status || (job.status === 'canceled' && status !== 'running')) return
  const message =
    status === 'failed' ? `the downstream pipeline ${event.downstreamPipelineId} is ${event.status}` : null
  const hasEnded = isFinal({ status })
  const next: JobState = { ...job, status, message, finishedAt: hasEnded ? work.at : null }
  if (hasEnded) end(work, slot, next, event.newJobId)
  else work.put(slot, next)
  if (isFinal(job) && !hasEnded) reconsiderAfter(work, slot)
}

/** `strategy: depend`: a blocked pipeline keeps the bridge running. */
function depended(status: PipelineStatus): JobState['status'] {
  if (status === 'success' || status === 'canceled') return status
  return status === 'failed' || status === 'skipped' ? 'failed' : 'running'
}

function mirrored(status: PipelineStatus): JobState['status'] {
  return isFinal({ status }) || status === 'manual' ? status : 'running'
}

function cancelAll(work: Work, isWanted: (job: JobState) => boolean = () => true): void {
  for (const slot of work.board.slots) {
    if (isCancelable(slot.job) && isWanted(slot.job)) work.put(slot, cancel(slot.job, work.at, false))
  }
}

/** Conservative: all of it, but only while nothing that must not be interrupted has started. */
function supersede(work: Work): void {
  if (work.onNewCommit === 'interruptible') cancelAll(work, job => job.rule.interruptible)
  const hasStarted = (job: JobState): boolean => ['running', 'success', 'failed'].includes(job.status)
  const mustGoOn = work.board.slots.some(slot => hasStarted(slot.job) && !slot.job.rule.interruptible)
  if (work.onNewCommit === 'conservative' && !mustGoOn) cancelAll(work)
}

/** Failed and canceled jobs get a new attempt (manual ones wait again), skipped ones are looked at anew. */
function retryAll(work: Work, event: Extract<RunEvent, { readonly type: 'pipeline_retried' }>): void {
  const ids = event.newJobIds[Symbol.iterator]()
  for (const slot of work.board.slots) {
    if (!isRetriedWithPipeline(slot.job)) continue
    const id = ids.next()
    if (id.done === true) return
    const userId = event.userId ?? slot.job.userId
    work.replace(slot, newAttempt(slot.job, { id: id.value, userId, startsAtOnce: false }, work.at))
  }
  for (const slot of work.board.slots) reconsider(work, slot)
}

/** Skipped jobs of later stages, and those that need this one by any way, are decided again. */
function reconsiderAfter(work: Work, changed: Slot): void {
  for (const slot of work.board.slots) if (slot.stage > changed.stage) reconsider(work, slot)
  const seen = new Set<Slot>([changed])
  for (const slot of seen) {
    if (slot !== changed) reconsider(work, slot)
    for (const dependent of slot.dependents) seen.add(dependent)
  }
}

function reconsider(work: Work, slot: Slot): void {
  if (slot.job.status === 'skipped') work.put(slot, { ...slot.job, status: 'created', finishedAt: null })
}
