// Work that nobody waits for where it begins. Its owner does: at the end of the process, and when it fails.

export type Owner = {
  readonly run: (name: string, work: () => Promise<void>) => void
  /** Resolves when all work that was begun has ended. */
  readonly settled: () => Promise<void>
}

export function createOwner(onFailure: (name: string, error: unknown) => void): Owner {
  const running = new Set<Promise<void>>()
  return {
    run: (name, work) => {
      const mine: Promise<void> = work()
        .catch((error: unknown) => onFailure(name, error))
        .finally(() => running.delete(mine))
      running.add(mine)
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
