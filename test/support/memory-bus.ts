// A live bus within one process, for tests. What goes over it must survive JSON, as it must on Redis.
import type { LiveBus } from '../../src/run/ports.ts'

export function createMemoryBus(): LiveBus {
  const listeners = new Map<string, Set<(event: unknown) => void>>()
  return {
    publish(topic, event) {
      const copy: unknown = JSON.parse(JSON.stringify(event))
      for (const listener of listeners.get(topic) ?? []) listener(copy)
    },
    subscribe(topic, listener) {
      const known = listeners.get(topic) ?? new Set()
      listeners.set(topic, known.add(listener))
      return () => known.delete(listener)
    },
  }
}
