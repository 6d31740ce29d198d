// One WebSocket for the tab, many subscriptions. Each remembers how far it is, so that after a lost connection it goes
// on without a gap and without a double.
import { signal } from '@preact/signals'
import {
  decodeTraceFrame,
  type EventPosition,
  type LiveEvent,
  type ServerMessage,
  type Topic,
  traceTopic,
} from '../../server/live/protocol.ts'
import { type LiveSocket, openSocket } from './socket.ts'

export type EventListener = {
  readonly onEvents: (events: readonly LiveEvent[]) => void
  /** What was read by REST may be old: read it anew. */
  readonly onStale: () => void
}

export type TraceListener = {
  /** The first byte wanted; asked again after every lost connection. */
  readonly wanted: () => number | undefined
  readonly onLength: (length: number, start: number) => void
  readonly onBytes: (offset: number, bytes: Uint8Array) => void
  /** Bytes that must be fetched by HTTP range. */
  readonly onBehind: (from: number, to: number) => void
  readonly onEnd: (length: number) => void
}

type EventSubscription = { readonly listeners: Set<EventListener>; position: EventPosition | undefined }

/** `lost` is shown to the reader; `connecting` is not, since it is short. */
export const liveState = signal<'idle' | 'connecting' | 'open' | 'lost'>('idle')

const events = new Map<Topic, EventSubscription>()
const traces = new Map<number, TraceListener>()
let socket: LiveSocket | undefined
let isReady = false

export function subscribeEvents(topic: Topic, listener: EventListener): () => void {
  const known = events.get(topic)
  const subscription = known ?? { listeners: new Set(), position: undefined }
  subscription.listeners.add(listener)
  if (known === undefined) {
    events.set(topic, subscription)
    connect()
    if (isReady) sendEvents(topic, subscription)
  }
  return () => {
    subscription.listeners.delete(listener)
    if (subscription.listeners.size > 0 || events.get(topic) !== subscription) return
    events.delete(topic)
    socket?.send({ type: 'unsubscribe', topic })
  }
}

export function subscribeTrace(jobId: number, listener: TraceListener): () => void {
  traces.set(jobId, listener)
  connect()
  if (isReady) sendTrace(jobId, listener)
  return () => {
    if (traces.get(jobId) !== listener) return
    traces.delete(jobId)
    socket?.send({ type: 'unsubscribe', topic: traceTopic(jobId) })
  }
}

/** Another user has signed in, or nobody is. */
export function closeLive(): void {
  socket?.close()
  socket = undefined
  isReady = false
  liveState.value = 'idle'
}

function connect(): void {
  if (socket !== undefined) return
  liveState.value = 'connecting'
  socket = openSocket({
    onOpen: () => {},
    onText: text => receive(JSON.parse(text) as ServerMessage),
    onBytes: receiveBytes,
    onLost: willRetry => {
      isReady = false
      liveState.value = willRetry ? 'lost' : 'idle'
      if (!willRetry) socket = undefined
    },
  })
}

function receive(message: ServerMessage): void {
  switch (message.type) {
    case 'ready':
      subscribeAll()
      break
    case 'subscribed':
      if ('trace' in message) traceOf(message.topic)?.onLength(message.trace.length, message.trace.start)
      else subscribed(message.topic, message.position)
      break
    case 'events':
      deliver(message.topic, message.sequence, message.events)
      break
    case 'behind':
      if ('from' in message) traceOf(message.topic)?.onBehind(message.from, message.to)
      else stale(message.topic, message.position)
      break
    case 'trace_end':
      traceOf(message.topic)?.onEnd(message.length)
      break
    case 'denied':
    case 'refused':
    case 'unsubscribed':
    case 'pong':
      break
  }
}

function subscribeAll(): void {
  isReady = true
  liveState.value = 'open'
  for (const [topic, subscription] of events) sendEvents(topic, subscription)
  for (const [jobId, listener] of traces) sendTrace(jobId, listener)
}

function sendEvents(topic: Topic, { position }: EventSubscription): void {
  socket?.send(position === undefined ? { type: 'subscribe', topic } : { type: 'subscribe', topic, after: position })
}

function sendTrace(jobId: number, listener: TraceListener): void {
  const offset = listener.wanted()
  const topic = traceTopic(jobId)
  socket?.send(offset === undefined ? { type: 'subscribe', topic } : { type: 'subscribe', topic, offset })
}

/** The first answer: what the page read before it may be older than the subscription. */
function subscribed(topic: Topic, position: EventPosition): void {
  const subscription = events.get(topic)
  if (subscription === undefined) return
  const isFirst = subscription.position === undefined
  if (isFirst) subscription.position = position
  if (isFirst) for (const listener of subscription.listeners) listener.onStale()
}

function stale(topic: Topic, position: EventPosition): void {
  const subscription = events.get(topic)
  if (subscription === undefined) return
  subscription.position = position
  for (const listener of subscription.listeners) listener.onStale()
}

function deliver(topic: Topic, sequence: number, happened: readonly LiveEvent[]): void {
  const subscription = events.get(topic)
  if (subscription?.position === undefined || sequence <= subscription.position.sequence) return
  subscription.position = { epoch: subscription.position.epoch, sequence }
  for (const listener of subscription.listeners) listener.onEvents(happened)
}

function receiveBytes(data: ArrayBuffer): void {
  const frame = decodeTraceFrame(data)
  if (frame !== null) traces.get(frame.jobId)?.onBytes(frame.offset, frame.bytes)
}

function traceOf(topic: Topic): TraceListener | undefined {
  const id = /^job:(\d+):trace$/.exec(topic)?.[1]
  return id === undefined ? undefined : traces.get(Number(id))
}
