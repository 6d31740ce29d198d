// A WebSocket that comes back: after a loss it tries again with growing pauses, at once when the network or the reader
// returns. A line that stays silent for too long counts as lost.
import { livePath } from '../../server/live/protocol.ts'

export type SocketHandlers = {
  readonly onOpen: () => void
  readonly onText: (text: string) => void
  readonly onBytes: (bytes: ArrayBuffer) => void
  /** `willRetry` is false when the server said that nobody is signed in. */
  readonly onLost: (willRetry: boolean) => void
}

export type LiveSocket = { readonly send: (message: unknown) => void; readonly close: () => void }

const firstPauseMs = 400
const longestPauseMs = 15_000
const pingEveryMs = 20_000
const silentForMs = 50_000
const unauthenticatedCode = 4401

export function openSocket(handlers: SocketHandlers): LiveSocket {
  let socket: WebSocket | undefined
  let failures = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let heardAt = Date.now()
  let isClosed = false

  function connect(): void {
    clearTimeout(retry)
    const opening = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${livePath}`)
    opening.binaryType = 'arraybuffer'
    socket = opening
    opening.onopen = () => {
      failures = 0
      heardAt = Date.now()
      handlers.onOpen()
    }
    opening.onmessage = event => {
      heardAt = Date.now()
      if (typeof event.data === 'string') handlers.onText(event.data)
      else handlers.onBytes(event.data as ArrayBuffer)
    }
    opening.onclose = event => {
      if (opening !== socket) return
      socket = undefined
      const willRetry = !isClosed && event.code !== unauthenticatedCode
      handlers.onLost(willRetry)
      if (willRetry) retryLater()
    }
  }

  function retryLater(): void {
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** failures)
    failures += 1
    retry = setTimeout(connect, pause * (0.7 + Math.random() * 0.6))
  }

  function retryNow(): void {
    if (isClosed || socket !== undefined || document.hidden) return
    failures = 0
    connect()
  }

  const ping = setInterval(() => {
    if (socket?.readyState !== WebSocket.OPEN) return
    if (Date.now() - heardAt > silentForMs) return drop(socket)
    socket.send('{"type":"ping"}')
  }, pingEveryMs)

  /** A dead line may take minutes to say that it is closed. */
  function drop(dead: WebSocket): void {
    dead.onclose = null
    dead.close()
    socket = undefined
    handlers.onLost(true)
    retryLater()
  }

  addEventListener('online', retryNow)
  document.addEventListener('visibilitychange', retryNow)
  connect()
  return {
    send: message => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
    },
    close: () => {
      isClosed = true
      clearTimeout(retry)
      clearInterval(ping)
      removeEventListener('online', retryNow)
      document.removeEventListener('visibilitychange', retryNow)
      socket?.close()
    },
  }
}
