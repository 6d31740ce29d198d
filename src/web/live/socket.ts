// A WebSocket that comes back: after a loss it tries again with growing pauses, at once when the network or the reader
// returns. A line that does not answer counts as lost: neither a cable that was pulled nor a laptop that slept tells of it.
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
const pingEveryMs = 15_000
const answerWithinMs = 5_000
const openWithinMs = 10_000
const unauthenticatedCode = 4401

export function openSocket(handlers: SocketHandlers): LiveSocket {
  let socket: WebSocket | undefined
  let failures = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let deadline: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  function connect(): void {
    clearTimeout(retry)
    const opening = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${livePath}`)
    opening.binaryType = 'arraybuffer'
    socket = opening
    expectToHear(openWithinMs)
    opening.onopen = () => {
      failures = 0
      heard()
      handlers.onOpen()
    }
    opening.onmessage = event => {
      heard()
      if (typeof event.data === 'string') handlers.onText(event.data)
      else handlers.onBytes(event.data as ArrayBuffer)
    }
    opening.onclose = event => lose(event.code !== unauthenticatedCode)
  }

  /** Ends the line from this side, too: a dead one may take minutes to say that it is closed. */
  function lose(willRetry: boolean): void {
    const dead = socket
    if (dead === undefined || isClosed) return
    socket = undefined
    heard()
    dead.onopen = dead.onmessage = dead.onclose = null
    dead.close()
    handlers.onLost(willRetry)
    if (willRetry) retryLater()
  }

  function retryLater(): void {
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** failures)
    failures += 1
    retry = setTimeout(connect, pause * (0.7 + Math.random() * 0.6))
  }

  function expectToHear(withinMs: number): void {
    deadline ??= setTimeout(() => lose(true), withinMs)
  }

  function heard(): void {
    clearTimeout(deadline)
    deadline = undefined
  }

  function ping(): void {
    if (socket?.readyState !== WebSocket.OPEN) return
    socket.send('{"type":"ping"}')
    expectToHear(answerWithinMs)
  }

  /** The network or the reader is back: what is lost is tried at once, what seems to live is asked. */
  function wake(): void {
    if (isClosed || document.hidden) return
    if (socket === undefined) {
      failures = 0
      connect()
    } else ping()
  }

  const leave = (): void => lose(true)
  const pings = setInterval(ping, pingEveryMs)
  addEventListener('offline', leave)
  addEventListener('online', wake)
  document.addEventListener('visibilitychange', wake)
  connect()
  return {
    send: message => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
    },
    close: () => {
      isClosed = true
      clearTimeout(retry)
      clearTimeout(deadline)
      clearInterval(pings)
      removeEventListener('offline', leave)
      removeEventListener('online', wake)
      document.removeEventListener('visibilitychange', wake)
      socket?.close()
    },
  }
}
