// The status of a set of jobs: of a pipeline, of a stage, of "all earlier stages", of a job's needs. Counted, so that
// a large pipeline never walks over its jobs again.
import type { JobStatus, PipelineStatus } from './model.ts'

/** A job's status as the others see it. `forgiven`: failed or canceled, but allowed to; `ignored`: a manual job that nobody waits for. */
export const jobClasses = [
  'created',
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'canceling',
  'success',
  'failed',
  'canceled',
  'skipped',
  'manual',
  'scheduled',
  'forgiven',
  'ignored',
] as const
export type JobClass = (typeof jobClasses)[number]

/** How many jobs of the set are in each class. */
export type Counts = Record<JobClass, number>

export function noCounts(): Counts {
  return {
    created: 0,
    waiting_for_resource: 0,
    preparing: 0,
    pending: 0,
    running: 0,
    canceling: 0,
    success: 0,
    failed: 0,
    canceled: 0,
    skipped: 0,
    manual: 0,
    scheduled: 0,
    forgiven: 0,
    ignored: 0,
  }
}

export function classOf(status: JobStatus, allowFailure: boolean): JobClass {
  if (!allowFailure) return status
  if (status === 'failed' || status === 'canceled') return 'forgiven'
  return status === 'manual' ? 'ignored' : status
}

/** Nobody waits for a job of this class. */
export function isSettled(jobClass: JobClass): boolean {
  return settled.has(jobClass)
}

/** The rules in GitLab's order; null: the set is empty. `needs`: the set is what a job needs (one skipped one decides). */
export function compositeStatus(counts: Counts, needs = false): PipelineStatus | null {
  const all = total(counts)
  const lenient = counts.forgiven + counts.ignored
  if (all === 0) return null
  if (needs && counts.skipped + counts.ignored > 0) return 'skipped'
  if (counts.skipped + counts.ignored === all) return 'skipped'
  if (counts.success + counts.skipped + lenient === all) return 'success'
  if (counts.created + lenient === all) return 'created'
  if (counts.preparing + lenient === all) return 'preparing'
  if (counts.canceled + counts.success + counts.skipped + lenient === all) return 'canceled'
  if (counts.pending + counts.created + counts.skipped + lenient === all) return 'pending'
  if (counts.running + counts.pending > 0) return 'running'
  if (counts.waiting_for_resource > 0) return 'waiting_for_resource'
  if (counts.manual > 0) return 'manual'
  if (counts.scheduled > 0) return 'scheduled'
  if (counts.preparing > 0) return 'preparing'
  if (counts.created > 0) return 'running'
  if (counts.canceling > 0) return 'canceling'
  return 'failed'
}

/** "Passed with warnings". */
export function hasWarnings(counts: Counts): boolean {
  return counts.forgiven > 0 && compositeStatus(counts) === 'success'
}

export function countJobs(jobs: Iterable<{ readonly status: JobStatus; readonly allowFailure: boolean }>): Counts {
  const counts = noCounts()
  for (const job of jobs) counts[classOf(job.status, job.allowFailure)] += 1
  return counts
}

const settled: ReadonlySet<JobClass> = new Set(['success', 'failed', 'canceled', 'skipped', 'forgiven', 'ignored'])

/** Written out: this is asked for after every event. */
function total(counts: Counts): number {
  const { created, waiting_for_resource, preparing, pending, running, canceling, success } = counts
  const { failed, canceled, skipped, manual, scheduled, forgiven, ignored } = counts
  const open = created + waiting_for_resource + preparing + pending + running + canceling + manual + scheduled
  return open + success + failed + canceled + skipped + forgiven + ignored
}
