// When the bytes of a log came: asked only while times are shown.
import { useEffect, useState } from 'preact/hooks'
import { type TraceTimes, timeOf } from './trace-times.ts'
import { timestampMode } from './view-options.ts'

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
