// A client of the live WebSocket that remembers what it was sent.
import { WebSocket } from 'ws'
import { type ClientMessage, decodeTraceFrame, livePath, type ServerMessage } from '../../src/server/live/protocol.ts'

export type LiveClient = {
  readonly messages: readonly ServerMessage[]
  readonly text: () => string
  readonly send: (message: ClientMessage | string) => void
  /** The close code, or the HTTP status of a refused upgrade. */
  readonly ended: Promise<number>
  /** Takes nothing more from the connection, until it is resumed. */
  readonly pause: () => void
  readonly resume: () => void
  readonly close: () => void
}

/** @param url `http://127.0.0.1:port` */
export function connectLive(url: string, headers: Readonly<Record<string, string>> = {}): LiveClient {
  const socket = new WebSocket(url.replace(/^http/, 'ws') + livePath, { headers })
  const messages: ServerMessage[] = []
  const parts: Buffer[] = []
  const waiting: string[] = []
  socket.binaryType = 'nodebuffer'
  socket.on('open', () => {
    for (const text of waiting) socket.send(text)
  })
  socket.on('message', (data, isBinary) => {
    if (isBinary) parts.push(Buffer.from(decodeTraceFrame(data as Buffer)?.bytes ?? []))
    else messages.push(JSON.parse(String(data)) as ServerMessage)
  })
  const ended = new Promise<number>(resolve => {
    socket.on('close', code => resolve(code))
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.on('error', () => undefined) // `ended` tells it
  })
  return {
    messages,
    text: () => Buffer.concat(parts).toString(),
    send(message) {
      const text = typeof message === 'string' ? message : JSON.stringify(message)
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
      else waiting.push(text)
    },
    ended,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.close(),
  }
}
