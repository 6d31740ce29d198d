// A viewer that keeps what it is sent, and is clogged when a test says so.
import { decodeTraceFrame, type ServerMessage } from '../../src/server/live/protocol.ts'
import type { Viewer } from '../../src/server/live/viewer.ts'

export type FakeViewer = Viewer & {
  readonly messages: readonly ServerMessage[]
  readonly frames: readonly Uint8Array[]
  /** The bytes of the trace as the protocol promises: throws at a gap or a double. */
  readonly text: () => string
  readonly clog: () => void
  readonly drain: () => void
}

export function createFakeViewer(): FakeViewer {
  const messages: ServerMessage[] = []
  const frames: Uint8Array[] = []
  const parts: string[] = []
  let position: number | null = null
  let isClogged = false
  let waiting: (() => void)[] = []

  function sendText(text: string): void {
    const message = JSON.parse(text) as ServerMessage
    messages.push(message)
    if (message.type === 'subscribed' && 'trace' in message) {
      position = message.trace.start
      parts.length = 0
    } else if (message.type === 'behind' && 'from' in message) {
      if (message.from !== position) throw new Error(`behind from ${message.from}, expected ${position}`)
      position = message.to
      parts.push(`<${message.from}-${message.to}>`)
    }
  }

  function sendFrame(bytes: Uint8Array): void {
    const frame = decodeTraceFrame(bytes)
    if (frame === null || frame.offset !== position) throw new Error(`frame at ${frame?.offset}, expected ${position}`)
    frames.push(bytes)
    position += frame.bytes.length
    parts.push(Buffer.from(frame.bytes).toString())
  }

  return {
    messages,
    frames,
    sendText,
    sendFrame,
    text: () => parts.join(''),
    isClogged: () => isClogged,
    onDrained: resume => waiting.push(resume),
    clog: () => {
      isClogged = true
    },
    drain() {
      isClogged = false
      const resumed = waiting
      waiting = []
      for (const resume of resumed) resume()
    },
  }
}
