// Jobs that may start now, first come, first served.

export type ReadyJobs = {
  readonly add: (jobId: number) => void
  /** The first, or the one that is asked for; null: it is not there. */
  readonly take: (jobId: number | null) => number | null
  /** Resolves when there may be one; rejects with the signal's reason. */
  readonly wait: (signal: AbortSignal) => Promise<void>
}

export function createReadyJobs(): ReadyJobs {
  const jobs: number[] = []
  let wake = Promise.withResolvers<void>()

  return {
    add(jobId) {
      jobs.push(jobId)
      wake.resolve()
      wake = Promise.withResolvers()
    },
    take(jobId) {
      const at = jobId === null ? 0 : jobs.indexOf(jobId)
      return at < 0 ? null : (jobs.splice(at, 1)[0] ?? null)
    },
    wait: signal =>
      new Promise((resolve, reject) => {
        if (jobs.length > 0) return resolve()
        const stop = () => reject(signal.reason)
        signal.addEventListener('abort', stop, { once: true })
        void wake.promise.then(() => {
          signal.removeEventListener('abort', stop)
          resolve()
        })
      }),
  }
}
