// Work that is done again and again, never twice at once. Its owner stops it, and waits for the round that runs.

export type Repeater = {
  /** Does a round at once, or joins the one that runs. */
  readonly now: () => Promise<void>
  readonly stop: () => Promise<void>
}

export function createRepeater(options: {
  readonly everyMs: number
  readonly work: () => Promise<void>
  readonly onError: (error: unknown) => void
}): Repeater {
  const { everyMs, work, onError } = options
  let running: Promise<void> | null = null
  const timer = setInterval(() => void round(), everyMs)
  timer.unref()

  function round(): Promise<void> {
    running ??= work()
      .catch(onError)
      .finally(() => {
        running = null
      })
    return running
  }

  return {
    now: round,
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
