// When each manifest was last pulled. Gathered in memory and written once in a while: a pull must not cost a write.
import type { ImageStore } from './ports.ts'

export type PullLog = {
  readonly note: (manifestId: number) => void
  readonly flush: () => Promise<void>
}

export function createPullLog(store: Pick<ImageStore, 'markPulled'>, clock: () => number): PullLog {
  let pulled = new Set<number>()
  return {
    note: manifestId => pulled.add(manifestId),
    async flush() {
      if (pulled.size === 0) return
      const noted = pulled
      pulled = new Set()
      await store.markPulled([...noted], new Date(clock()).toISOString())
    },
  }
}
