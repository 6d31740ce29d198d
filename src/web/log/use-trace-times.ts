// When the bytes of a log came: asked only while times are shown.
import { useEffect, useState } from 'preact/hooks'
import { timestampMode } from './view-options.ts'

/** Pairs of an offset and the milliseconds at which the bytes from there on arrived, in order. */
export type TraceTimes = readonly (readonly [number, number])[]

const refreshMs = 4000

export function useTraceTimes(
  read: (signal: AbortSignal) => Promise<TraceTimes>,
  isRunning: boolean,
): (offset: number) => number | null {
  const [times, setTimes] = useState<TraceTimes>([])
  const isShown = timestampMode.value !== 'off'
  useEffect(() => {
    if (!isShown) return
    const controller = new AbortController()
    const load = (): void => {
      // Times are only an addition: without them the log is as readable.
      read(controller.signal).then(setTimes, () => {})
    }
    load()
    const timer = isRunning ? setInterval(load, refreshMs) : undefined
    return () => {
      controller.abort()
      clearInterval(timer)
    }
  }, [isShown, isRunning])
  return offset => timeOf(times, offset)
}

/** Null: it came after what is known. */
export function timeOf(times: TraceTimes, offset: number): number | null {
  let low = 0
  let high = times.length - 1
  if (high < 0 || offset < (times[0]?.[0] ?? 0)) return null
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((times[middle]?.[0] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return times[low]?.[1] ?? null
}
