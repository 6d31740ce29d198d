// A WebSocket as a viewer. What its socket holds unsent is bounded: beyond that the feeds send it nothing more.
import type { WebSocket } from 'ws'
import type { Viewer } from './viewer.ts'

const cloggedBytes = 1024 * 1024
const drainedBytes = 64 * 1024
const lookAgainMs = 50

export type SocketViewer = Viewer & { readonly stop: () => void }

export function createSocketViewer(socket: WebSocket): SocketViewer {
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
    sendFrame: frame => socket.send(frame, { binary: true }),
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
