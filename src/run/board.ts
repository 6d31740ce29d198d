// The jobs of one pipeline with their counts, kept up to date change by change, so that a change costs what it touches
// and not what the pipeline holds. Advanced in place; it belongs to one machine.
//
//   stages  0   1   2 │ 3   4          frontier: the first stage with an unsettled job. Jobs that go by stage are
//           ✓   ✓   ✓ │ ▶   ·          decided when the frontier reaches them, with the counts of all stages before it.
//                  frontier            Jobs with needs are decided when their needs are, wherever the frontier stands.
import { type Counts, classOf, compositeStatus, isSettled, type JobClass, noCounts } from './composite.ts'
import type { JobState } from './machine-model.ts'
import type { PipelineStatus } from './model.ts'

/** A place for the latest attempt of one job. */
export type Slot = {
  job: JobState
  readonly stage: number
  /** Null: by stage. */
  readonly needs: Counts | null
  /** Needs that are not settled. */
  openNeeds: number
  readonly dependents: Slot[]
}

export type Board = {
  readonly slots: readonly Slot[]
  readonly totals: Counts
  readonly slotOf: (jobId: number) => Slot | undefined
  readonly put: (slot: Slot, job: JobState) => void
  /** The next created job for which it is time to decide. */
  readonly takeDecidable: () => Slot | undefined
  /** Of what must end before this job: null while it is open. Asked of a slot that `takeDecidable` gave. */
  readonly statusBefore: (slot: Slot) => PipelineStatus
}

type Stage = { open: number; readonly counts: Counts; waiting: Slot[] }

export function createBoard(jobs: readonly JobState[]): Board {
  const stageNumbers = [...new Set(jobs.map(job => job.rule.stageIndex))].sort((a, b) => a - b)
  const stageAt = new Map(stageNumbers.map((index, position) => [index, position]))
  const stages: Stage[] = stageNumbers.map(() => ({ open: 0, counts: noCounts(), waiting: [] }))
  const slots: Slot[] = jobs.map(job => ({
    job,
    stage: stageAt.get(job.rule.stageIndex) ?? 0,
    needs: job.rule.needs === null ? null : noCounts(),
    openNeeds: 0,
    dependents: [],
  }))
  const byId = new Map(slots.map(slot => [slot.job.id, slot]))
  const totals = noCounts()
  const earlier = noCounts()
  let frontier = 0
  const decidable: Slot[] = []

  connectNeeds(slots)
  for (const slot of slots) count(slot, classOf(slot.job.status, slot.job.allowFailure), 1)
  for (const slot of slots) if (slot.job.status === 'created') queue(slot)

  function count(slot: Slot, jobClass: JobClass, by: 1 | -1): void {
    const stage = stages[slot.stage]
    if (stage === undefined) return
    const isOpen = !isSettled(jobClass)
    totals[jobClass] += by
    stage.counts[jobClass] += by
    if (isOpen) stage.open += by
    if (slot.stage < frontier) earlier[jobClass] += by
    for (const dependent of slot.dependents) {
      if (dependent.needs !== null) dependent.needs[jobClass] += by
      if (isOpen) dependent.openNeeds += by
    }
  }

  /** Queues a created job for its decision: one with needs at once if they are settled, else with its stage. */
  function queue(slot: Slot): void {
    if (slot.needs === null) stages[slot.stage]?.waiting.push(slot)
    else if (isDecided(slot)) decidable.push(slot)
  }

  function moveFrontierTo(stage: number): void {
    const [from, to, by] = stage < frontier ? [stage, frontier, -1] : [frontier, stage, 1]
    for (const each of stages.slice(from, to)) addCounts(earlier, each.counts, by)
    frontier = stage
  }

  function advanceFrontier(): void {
    let next = frontier
    while (stages[next]?.open === 0) next += 1
    if (next !== frontier) moveFrontierTo(next)
  }

  return {
    slots,
    totals,
    slotOf: jobId => byId.get(jobId),

    put(slot, job) {
      const before = classOf(slot.job.status, slot.job.allowFailure)
      const after = classOf(job.status, job.allowFailure)
      const wasCreated = slot.job.status === 'created' && slot.job.id === job.id
      if (slot.job.id !== job.id) byId.delete(slot.job.id)
      slot.job = job
      byId.set(job.id, slot)
      if (before !== after) {
        count(slot, before, -1)
        count(slot, after, 1)
        for (const each of slot.dependents) if (each.job.status === 'created' && isDecided(each)) decidable.push(each)
        if (!isSettled(after) && slot.stage < frontier) moveFrontierTo(slot.stage)
      }
      if (job.status === 'created' && !wasCreated) queue(slot)
    },

    takeDecidable() {
      for (;;) {
        const slot = decidable.pop()
        if (slot === undefined) break
        if (slot.job.status === 'created' && isDecided(slot)) return slot
      }
      advanceFrontier()
      for (;;) {
        const slot = stages[frontier]?.waiting.pop()
        if (slot === undefined || slot.job.status === 'created') return slot
      }
    },

    statusBefore: slot => compositeStatus(slot.needs ?? earlier, slot.needs !== null) ?? 'success',
  }
}

/** A skipped need, or a manual one that nobody waits for, decides although others are still open. */
function isDecided(slot: Slot): boolean {
  return slot.openNeeds === 0 || (slot.needs !== null && slot.needs.skipped + slot.needs.ignored > 0)
}

function connectNeeds(slots: readonly Slot[]): void {
  const byName = new Map(slots.map(slot => [slot.job.rule.name, slot]))
  for (const slot of slots) {
    for (const name of new Set(slot.job.rule.needs ?? [])) byName.get(name)?.dependents.push(slot)
  }
}

function addCounts(to: Counts, counts: Counts, by: number): void {
  for (const key of Object.keys(counts) as JobClass[]) to[key] += counts[key] * by
}
