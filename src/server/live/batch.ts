// Lets something happen at once when it was quiet, and then at most once in a window, so that many small changes become
// one message.

export type Batch = {
  /** `act` runs soon; calls before that are one. */
  readonly wish: () => void
  readonly stop: () => void
}

/** `act` never runs beside itself: a wish that comes while it runs leads to one more run. */
export function createBatch(windowMs: () => number, act: () => Promise<void> | void): Batch {
  let timer: NodeJS.Timeout | null = null
  let lastAt = Number.NEGATIVE_INFINITY
  let isRunning = false
  let isWished = false
  let isStopped = false

  function wish(): void {
    isWished = true
    if (timer !== null || isRunning || isStopped) return
    timer = setTimeout(run, Math.max(0, lastAt + windowMs() - performance.now()))
  }

  async function run(): Promise<void> {
    timer = null
    isRunning = true
    isWished = false
    lastAt = performance.now()
    try {
      await act()
    } finally {
      isRunning = false
      if (isWished) wish()
    }
  }

  function stop(): void {
    isStopped = true
    if (timer !== null) clearTimeout(timer)
    timer = null
  }

  return { wish, stop }
}
