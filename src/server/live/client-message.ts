// Reads what a client sends. PURE. Anything unexpected is null: the connection is then closed.
import type { ClientMessage, EventPosition } from './protocol.ts'

export function readClientMessage(text: string): ClientMessage | null {
  const message = parseObject(text)
  if (message === null) return null
  switch (message.type) {
    case 'ping':
      return { type: 'ping' }
    case 'authenticate':
      return isShortText(message.token) ? { type: 'authenticate', token: message.token } : null
    case 'unsubscribe':
      return isShortText(message.topic) ? ({ type: 'unsubscribe', topic: message.topic } as ClientMessage) : null
    case 'subscribe':
      return readSubscribe(message)
    default:
      return null
  }
}

function readSubscribe({ topic, offset, after }: Readonly<Record<string, unknown>>): ClientMessage | null {
  if (!isShortText(topic)) return null
  const position = readPosition(after)
  if ((after !== undefined && position === null) || (offset !== undefined && !isCount(offset))) return null
  return {
    type: 'subscribe',
    topic,
    ...(offset === undefined ? {} : { offset }),
    ...(position === null ? {} : { after: position }),
  } as ClientMessage
}

function readPosition(value: unknown): EventPosition | null {
  if (typeof value !== 'object' || value === null) return null
  const { epoch, sequence } = value as Readonly<Record<string, unknown>>
  return isShortText(epoch) && isCount(sequence) ? { epoch, sequence } : null
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null // a client that speaks no JSON is told by the closing of its connection
  }
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 1000
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
