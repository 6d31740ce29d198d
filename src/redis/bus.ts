// The live bus of several servers: listeners of this process are told at once, those of others over Redis. Lossy by
// contract: while Redis is away, other processes hear nothing, and read the truth again when they come back.
import { randomUUID } from 'node:crypto'
import type { LiveBus, LiveTopic } from '../run/ports.ts'
import { connectToAct, connectToListen, type RedisPlace } from './connection.ts'
import { channels } from './keys.ts'

export type RedisBus = LiveBus & { readonly close: () => Promise<void> }

type Listener = (event: unknown) => void

const originLength = 36

export function createBus({ url, prefix }: RedisPlace): RedisBus {
  const names = channels(prefix)
  const acting = connectToAct(url)
  const listening = connectToListen(url)
  /** Marks our own messages, which Redis sends back to us. */
  const origin = randomUUID()
  const listeners = new Map<LiveTopic, Set<Listener>>()
  const topicOf = new Map<string, LiveTopic>()

  listening.on('message', (channel: string, text: string) => {
    const topic = topicOf.get(channel)
    if (topic !== undefined && !text.startsWith(origin)) tell(topic, JSON.parse(text.slice(originLength)))
  })

  function tell(topic: LiveTopic, event: unknown): void {
    for (const listener of listeners.get(topic) ?? []) listener(event)
  }

  return {
    publish(topic, event) {
      tell(topic, event)
      if (acting.status === 'ready') acting.publish(names.live(topic), origin + JSON.stringify(event)).catch(() => {}) // lossy by contract
    },
    subscribe(topic, listener) {
      const found = listeners.get(topic) ?? new Set()
      found.add(listener)
      if (found.size === 1) {
        listeners.set(topic, found)
        topicOf.set(names.live(topic), topic)
        listening.subscribe(names.live(topic)).catch(() => {}) // repeated by itself when Redis is back
      }
      return () => {
        if (!found.delete(listener) || found.size > 0) return
        listeners.delete(topic)
        topicOf.delete(names.live(topic))
        listening.unsubscribe(names.live(topic)).catch(() => {}) // a message too many is dropped above
      }
    },
    async close() {
      acting.disconnect()
      listening.disconnect()
    },
  }
}
