// Removes traces of jobs that are no more: those of a deleted project, which takes its rows at once. A piece of them at a
// time, round and round, so that a sweep stays short however many there are.
import type { TraceStore } from './ports.ts'

export type TraceSweep = {
  /** Looks at the next piece; answers how many it removed. */
  readonly sweep: () => Promise<number>
}

const pieceSize = 500

export function createTraceSweep(deps: {
  readonly traces: Pick<TraceStore, 'jobsAfter' | 'delete'>
  readonly isThere: (jobId: number) => Promise<boolean>
}): TraceSweep {
  let last = 0
  return {
    async sweep() {
      const jobIds = await deps.traces.jobsAfter(last, pieceSize)
      last = jobIds.length < pieceSize ? 0 : (jobIds.at(-1) ?? 0)
      let removed = 0
      for (const jobId of jobIds) {
        if (await deps.isThere(jobId)) continue
        await deps.traces.delete(jobId)
        removed += 1
      }
      return removed
    },
  }
}
