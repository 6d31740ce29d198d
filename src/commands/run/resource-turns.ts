// Resource groups of one run: one job at a time for each key, in the order of asking.

export type ResourceTurns = {
  readonly request: (key: string, jobId: number, give: () => void) => void
  /** Also of a job that still waits: then it waits no more. */
  readonly release: (key: string, jobId: number) => void
}

type Turn = { readonly jobId: number; readonly give: () => void }

export function createResourceTurns(): ResourceTurns {
  /** The first of each list has the resource. */
  const turns = new Map<string, readonly Turn[]>()

  return {
    request(key, jobId, give) {
      const before = turns.get(key) ?? []
      turns.set(key, [...before, { jobId, give }])
      if (before.length === 0) give()
    },
    release(key, jobId) {
      const before = turns.get(key) ?? []
      const after = before.filter(turn => turn.jobId !== jobId)
      turns.set(key, after)
      if (before[0]?.jobId === jobId) after[0]?.give()
    },
  }
}
