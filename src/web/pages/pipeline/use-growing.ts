import { useEffect, useState } from 'preact/hooks'

const step = 60

/** A number that grows up to the total whenever the browser has nothing better to do. */
export function useGrowing(total: number): number {
  const [count, setCount] = useState(0)
  const isDone = count >= total
  useEffect(() => {
    if (isDone) return
    const cancel = whenIdle(() => setCount(count + step))
    return cancel
  }, [count, isDone])
  return count
}

function whenIdle(act: () => void): () => void {
  // Safari has no idle callbacks.
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(act, 50)
    return () => clearTimeout(timer)
  }
  const handle = requestIdleCallback(act, { timeout: 500 })
  return () => cancelIdleCallback(handle)
}
