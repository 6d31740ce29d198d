// A WebSocket as a viewer. What its socket holds unsent is bounded: beyond that the feeds send it nothing more.
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { Viewer } from './viewer.ts'
import { binaryFrame } from './websocket-frame.ts'

const cloggedBytes = 1024 * 1024
const drainedBytes = 64 * 1024
const lookAgainMs = 50

export type SocketViewer = Viewer & { readonly stop: () => void }

/** Pieces of traces as they go over the wire, made once for all who get the same piece. */
const frames = new WeakMap<Uint8Array, Uint8Array>()

/** @param raw the socket below: without compression a message is written whole, so that whole frames fit between them */
export function createSocketViewer(socket: WebSocket, raw: Duplex): SocketViewer {
  const waiting: (() => void)[] = []
  let timer: NodeJS.Timeout | null = null

  function look(): void {
    timer = null
    if (socket.bufferedAmount > drainedBytes) later()
    else for (const resume of waiting.splice(0)) resume()
  }

  function later(): void {
    timer ??= setTimeout(look, lookAgainMs)
  }

  return {
    sendText: text => socket.send(text),
    sendFrame(payload) {
      if (socket.readyState === WebSocket.OPEN) raw.write(frameOf(payload))
    },
    isClogged: () => socket.bufferedAmount > cloggedBytes,
    onDrained(resume) {
      waiting.push(resume)
      later()
    },
    stop() {
      waiting.length = 0
      if (timer !== null) clearTimeout(timer)
    },
  }
}

function frameOf(payload: Uint8Array): Uint8Array {
  const known = frames.get(payload)
  if (known !== undefined) return known
  const frame = binaryFrame(payload)
  frames.set(payload, frame)
  return frame
}
