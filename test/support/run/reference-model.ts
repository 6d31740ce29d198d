// GitLab's processing loop as plainly as it can be written: sets, and everything looked at again after every event.
// Slow and simple on purpose; the real machine is compared with it.
import type { JobRule } from '../../../src/run/machine-model.ts'
import type { JobStatus } from '../../../src/run/model.ts'

export type ReferenceJob = {
  readonly rule: JobRule
  status: JobStatus
  attempts: number
  startsAtOnce: boolean
  /** It failed with an exit code that is allowed. */
  isForgiven: boolean
}

export function referenceOf(rule: JobRule): ReferenceJob {
  return { rule, status: 'created', attempts: 0, startsAtOnce: false, isForgiven: false }
}

/** The way into the queue. */
export function enqueue(job: ReferenceJob): void {
  job.status = job.rule.resourceGroup === null ? 'pending' : 'waiting_for_resource'
}

export function composite(jobs: readonly ReferenceJob[], needs = false): JobStatus | null {
  const words = new Set(jobs.map(translate))
  const within = (...allowed: readonly string[]): boolean => [...words].every(word => allowed.includes(word))
  if (words.size === 0) return null
  if (needs && (words.has('skipped') || words.has('I'))) return 'skipped'
  if (within('skipped', 'I')) return 'skipped'
  if (within('success', 'skipped', 'W', 'I')) return 'success'
  if (within('created', 'W', 'I')) return 'created'
  if (within('preparing', 'W', 'I')) return 'preparing'
  if (within('canceled', 'success', 'skipped', 'W', 'I')) return 'canceled'
  if (within('pending', 'created', 'skipped', 'W', 'I')) return 'pending'
  if (words.has('running') || words.has('pending')) return 'running'
  for (const word of ['waiting_for_resource', 'manual', 'scheduled', 'preparing'] as const) {
    if (words.has(word)) return word
  }
  if (words.has('created')) return 'running'
  return words.has('canceling') ? 'canceling' : 'failed'
}

function translate(job: ReferenceJob): string {
  if (!job.rule.allowFailure && !job.isForgiven) return job.status
  if (job.status === 'failed' || job.status === 'canceled') return 'W'
  return job.status === 'manual' ? 'I' : job.status
}

/** Repeats the loop until nothing changes. */
export function process(jobs: readonly ReferenceJob[]): void {
  const stages = [...new Set(jobs.map(job => job.rule.stageIndex))].sort((a, b) => a - b)
  for (let changed = true; changed; ) {
    changed = false
    for (const stage of stages) {
      for (const job of jobs.filter(each => each.rule.stageIndex === stage && each.status === 'created')) {
        changed = processJob(job, jobs) || changed
      }
    }
  }
}

function processJob(job: ReferenceJob, jobs: readonly ReferenceJob[]): boolean {
  const { needs, when, stageIndex } = job.rule
  const before =
    needs === null
      ? composite(jobs.filter(each => each.rule.stageIndex < stageIndex))
      : composite(
          jobs.filter(each => needs.includes(each.rule.name)),
          true,
        )
  const previous = before ?? 'success'
  if (!['success', 'failed', 'canceled', 'skipped'].includes(previous)) return false
  const accepted = {
    on_success: needs === null ? ['success', 'skipped'] : ['success'],
    manual: needs === null ? ['success', 'skipped'] : ['success'],
    delayed: needs === null ? ['success', 'skipped'] : ['success'],
    on_failure: ['failed'],
    always: ['success', 'failed', 'skipped'],
  }[when]
  if (!accepted.includes(previous)) job.status = 'skipped'
  else if (job.startsAtOnce) enqueue(job)
  else if (when === 'manual') job.status = 'manual'
  else if (when === 'delayed') job.status = 'scheduled'
  else enqueue(job)
  return true
}

/** Skipped jobs of later stages or that need `changed` by any way are created again. */
export function resetAfter(changed: ReferenceJob, jobs: readonly ReferenceJob[]): void {
  const dependents = new Set([changed.rule.name])
  for (let before = 0; before !== dependents.size; ) {
    before = dependents.size
    for (const job of jobs) if (job.rule.needs?.some(name => dependents.has(name))) dependents.add(job.rule.name)
  }
  for (const job of jobs) {
    const isLater = job.rule.stageIndex > changed.rule.stageIndex
    const isDependent = dependents.has(job.rule.name) && job !== changed
    if (job.status === 'skipped' && (isLater || isDependent)) job.status = 'created'
  }
}
