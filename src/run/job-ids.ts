// Ids for the rows of new attempts, taken before it is known whether one is needed: the machine is not asked twice.
import type { RunStore } from './store-ports.ts'

export type JobIds = {
  readonly take: () => Promise<number>
  readonly takeMany: (count: number) => Promise<readonly number[]>
  /** An id that was not needed. */
  readonly giveBack: (id: number) => void
}

export function createJobIds(store: Pick<RunStore, 'reserveJobIds'>): JobIds {
  const spare: number[] = []
  return {
    take: async () => spare.pop() ?? (await store.reserveJobIds(1)),
    async takeMany(count) {
      if (count === 0) return []
      const first = await store.reserveJobIds(count)
      return Array.from({ length: count }, (_, index) => first + index)
    },
    giveBack: id => void spare.push(id),
  }
}
