/** Rejects with the signal's reason as soon as it fires; what `work` does then is nobody's concern any more. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/**
 * Runs all at once under one signal. The first failure aborts the others; it is thrown when all of them have ended, so
 * that nothing of them is still at work behind the caller's back.
 */
export async function allOrAbort<T>(
  tasks: readonly ((signal: AbortSignal) => Promise<T>)[],
  outer: AbortSignal,
): Promise<T[]> {
  const siblings = new AbortController()
  const signal = AbortSignal.any([outer, siblings.signal])
  const running = tasks.map(async task => {
    try {
      return await task(signal)
    } catch (error) {
      siblings.abort(error)
      throw error
    }
  })
  await Promise.allSettled(running)
  if (siblings.signal.aborted) throw siblings.signal.reason
  return Promise.all(running)
}
