// What has been started, and how each of it is stopped: the latest first, and one that fails keeps none from stopping.

export type Stops = {
  readonly push: (stop: () => Promise<unknown>) => void
  /** Once: what was stopped is forgotten. Throws the first failure, when all have been stopped. */
  readonly stop: () => Promise<void>
}

export function createStops(): Stops {
  const stops: (() => Promise<unknown>)[] = []
  return {
    push: stop => void stops.push(stop),
    stop: async () => {
      const failures: unknown[] = []
      for (const each of stops.splice(0).reverse()) await each().catch(error => failures.push(error))
      if (failures.length > 0) throw failures[0]
    },
  }
}
