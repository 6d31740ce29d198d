// Work that is done again and again, never twice at once. Its owner stops it, and waits for the round that runs.

export type Repeater = {
  /** Does a round at once, or joins the one that runs. */
  readonly now: () => Promise<void>
  /** Has a round done soon, without waiting for it. One that runs is followed by another. */
  readonly wake: () => void
  readonly stop: () => Promise<void>
}

export function createRepeater(options: {
  readonly everyMs: number
  readonly work: () => Promise<void>
  readonly onError: (error: unknown) => void
}): Repeater {
  const { everyMs, work, onError } = options
  let running: Promise<void> | null = null
  let isWanted = false
  let isStopped = false
  const timer = setInterval(() => void round(), everyMs)
  timer.unref()

  function round(): Promise<void> {
    running ??= work()
      .catch(onError)
      .finally(() => {
        running = null
        if (isWanted) wake()
      })
    return running
  }

  function wake(): void {
    isWanted = running !== null
    if (!isWanted && !isStopped) void round() // tells its failures to onError
  }

  return {
    now: round,
    wake,
    async stop() {
      isStopped = true
      clearInterval(timer)
      await running
    },
  }
}
