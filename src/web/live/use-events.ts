import { useEffect, useRef } from 'preact/hooks'
import type { LiveEvent, Topic } from '../../server/live/protocol.ts'
import { subscribeEvents } from './connection.ts'

/** Hears the topics while the component is shown. The handlers may change between renderings. */
export function useEvents(
  topics: readonly Topic[],
  onEvents: (events: readonly LiveEvent[]) => void,
  onStale: () => void,
): void {
  const handlers = useRef({ onEvents, onStale })
  handlers.current = { onEvents, onStale }
  const key = topics.join(' ')
  useEffect(() => {
    const ends = topics.map(topic =>
      subscribeEvents(topic, {
        onEvents: events => handlers.current.onEvents(events),
        onStale: () => handlers.current.onStale(),
      }),
    )
    return () => {
      for (const end of ends) end()
    }
  }, [key])
}

/** At most one call in `everyMs`, the last wish is never lost. */
export function useThrottled(act: () => void, everyMs: number): () => void {
  const latest = useRef(act)
  latest.current = act
  const state = useRef<{ timer: ReturnType<typeof setTimeout> | undefined; lastAt: number }>({
    timer: undefined,
    lastAt: 0,
  })
  useEffect(() => () => clearTimeout(state.current.timer), [])
  return () => {
    if (state.current.timer !== undefined) return
    const wait = Math.max(0, state.current.lastAt + everyMs - Date.now())
    state.current.timer = setTimeout(() => {
      state.current = { timer: undefined, lastAt: Date.now() }
      latest.current()
    }, wait)
  }
}
