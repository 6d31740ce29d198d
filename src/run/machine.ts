// The state machine of one pipeline (GitLab's rules): takes what happened, answers what changed and what is to be done.
// It computes and nothing else; time and new ids come with the events. The machine is advanced in place and belongs to
// one caller, who saves what it answers, or throws it away and opens another from what is saved.
import { type Board, createBoard } from './board.ts'
import { compositeStatus, hasWarnings } from './composite.ts'
import { handleEvent, isRetriedWithPipeline, type Work } from './job-events.ts'
import { enqueue, isFinal, schedule } from './job-moves.ts'
import { openJournal } from './journal.ts'
import type { JobState, PipelineState, RunEvent, RunSnapshot, Transition } from './machine-model.ts'
import type { PipelineStatus } from './model.ts'

export type Machine = {
  /** An event that does not fit the job's state changes nothing. */
  readonly apply: (event: RunEvent, at: string) => Transition
  readonly pipeline: () => PipelineState
  /** The latest attempts. */
  readonly jobs: () => readonly JobState[]
  readonly job: (jobId: number) => JobState | undefined
  /** How many ids `pipeline_retried` needs. */
  readonly retryableCount: () => number
}

export function openMachine(snapshot: RunSnapshot): Machine {
  const board = createBoard(snapshot.jobs)
  let pipeline = snapshot.pipeline

  return {
    apply(event, at) {
      const { put, replace, close } = openJournal(board)
      const { onJobFailure, onNewCommit } = snapshot
      const work: Work = { board, at, onJobFailure, onNewCommit, put, replace }
      handleEvent(work, event)
      settle(work)
      const before = pipeline
      pipeline = nextPipeline(before, board, at)
      const { changed, added, effects } = close()
      if (snapshot.sourceJobId === null || before.status === pipeline.status)
        return { changed, added, pipeline, effects }
      const told = { type: 'tell_upstream', jobId: snapshot.sourceJobId, status: pipeline.status } as const
      return { changed, added, pipeline, effects: [...effects, told] }
    },
    pipeline: () => pipeline,
    jobs: () => board.slots.map(slot => slot.job),
    job: jobId => board.slotOf(jobId)?.job,
    retryableCount: () => board.slots.filter(slot => isRetriedWithPipeline(slot.job)).length,
  }
}

/** Decides created jobs until none can be decided. */
function settle(work: Work): void {
  for (let slot = work.board.takeDecidable(); slot !== undefined; slot = work.board.takeDecidable()) {
    work.put(slot, decide(slot.job, work.board.statusBefore(slot), slot.needs !== null, work.at))
  }
}

function decide(job: JobState, before: PipelineStatus, byNeeds: boolean, at: string): JobState {
  if (!accepts(job.rule.when, before, byNeeds)) return { ...job, status: 'skipped', finishedAt: at }
  if (job.startsAtOnce) return enqueue(job, at)
  if (job.rule.when === 'manual') return { ...job, status: 'manual' }
  return job.rule.when === 'delayed' ? schedule(job, at) : enqueue(job, at)
}

function accepts(when: JobState['rule']['when'], before: PipelineStatus, byNeeds: boolean): boolean {
  if (when === 'on_failure') return before === 'failed'
  if (when === 'always') return before === 'success' || before === 'failed' || before === 'skipped'
  return before === 'success' || (before === 'skipped' && !byNeeds)
}

function nextPipeline(before: PipelineState, board: Board, at: string): PipelineState {
  const status = compositeStatus(board.totals) ?? before.status
  const isDone = isFinal({ status })
  const hasStarted = board.totals.running + board.totals.success + board.totals.failed + board.totals.forgiven > 0
  const next = {
    status,
    hasWarnings: hasWarnings(board.totals),
    startedAt: before.startedAt ?? (hasStarted ? at : null),
    finishedAt: isDone ? (before.finishedAt ?? at) : null,
  }
  return isSame(before, next) ? before : next
}

function isSame(a: PipelineState, b: PipelineState): boolean {
  return (
    a.status === b.status &&
    a.hasWarnings === b.hasWarnings &&
    a.startedAt === b.startedAt &&
    a.finishedAt === b.finishedAt
  )
}
