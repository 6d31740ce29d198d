// Several transitions of one pipeline as the one change that leads to the same rows.
import type { JobState, RunChange, Transition } from './machine-model.ts'

type Merged = Pick<RunChange, 'changed' | 'added' | 'pipeline'>

/** @param transitions in their order; at least one */
export function mergeTransitions(transitions: readonly Transition[]): Merged {
  const changed = new Map<number, JobState>()
  const added = new Map<number, { readonly job: JobState; readonly retriedJobId: number }>()
  for (const transition of transitions) {
    for (const job of transition.changed) {
      const isNew = added.get(job.id)
      if (isNew === undefined) changed.set(job.id, job)
      else added.set(job.id, { ...isNew, job })
    }
    const retired = new Map(transition.changed.filter(job => job.isRetried).map(job => [job.rule.name, job.id]))
    for (const job of transition.added) added.set(job.id, { job, retriedJobId: retiredId(retired, job) })
  }
  const last = transitions.at(-1)
  if (last === undefined) throw new Error('there is nothing to merge')
  return {
    changed: [...changed.values()],
    added: [...added.values()].map(({ job, retriedJobId }) => ({ ...job, retriedJobId })),
    pipeline: last.pipeline,
  }
}

function retiredId(retired: ReadonlyMap<string, number>, job: JobState): number {
  const id = retired.get(job.rule.name)
  if (id === undefined) throw new Error(`the new attempt ${job.id} of ${job.rule.name} stands for no older one`)
  return id
}
