// What a job asks of a runner: its tags, whether its ref is protected, and its project where that has runners of its own.
// Jobs of one class stand in one queue; a runner listens to the classes that it can serve.
import type { RunnerRecord } from './records.ts'
import type { DemandClass } from './store-ports.ts'

/** @param lockedProjectId the project when runners of its own (or its groups) may work for it, else null */
export function demandClassOf(
  tags: readonly string[],
  isProtected: boolean,
  lockedProjectId: number | null,
): DemandClass {
  const sorted = [...new Set(tags)].sort()
  // The key names a queue, where a colon is not allowed: tags are encoded.
  const words = [
    sorted.map(encodeURIComponent).join('+') || 'untagged',
    isProtected ? 'protected' : 'branch',
    ...(lockedProjectId === null ? [] : [`project-${lockedProjectId}`]),
  ]
  return { key: words.join('.'), tags: sorted, isProtected, projectId: lockedProjectId }
}

/** Whether the runner takes jobs of this class at all; which projects it works for is asked apart (`scopeOf`). */
export function mayServe(runner: RunnerRecord, demand: DemandClass): boolean {
  if (runner.isPaused || (runner.isProtectedOnly && !demand.isProtected)) return false
  if (demand.tags.length === 0) return runner.runUntagged
  return demand.tags.every(tag => runner.tags.includes(tag))
}

/** Null: all projects. */
export function scopeOf(runner: RunnerRecord): readonly number[] | null {
  return runner.scope === 'instance' ? null : runner.projectIds
}
