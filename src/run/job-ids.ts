// Ids for the rows of new attempts, taken before it is known whether one is needed: the machine is not asked twice. One
// that is not needed is never used: a later attempt has a higher id than all before it, as lists and clients expect.
import type { RunStore } from './store-ports.ts'

export type JobIds = {
  readonly take: () => Promise<number>
  readonly takeMany: (count: number) => Promise<readonly number[]>
}

export function createJobIds(store: Pick<RunStore, 'reserveJobIds'>): JobIds {
  return {
    take: () => store.reserveJobIds(1),
    async takeMany(count) {
      if (count === 0) return []
      const first = await store.reserveJobIds(count)
      return Array.from({ length: count }, (_, index) => first + index)
    },
  }
}
