// The WebSocket's door: takes an HTTP upgrade, checks where it comes from and who it is, and keeps the connections.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Access, Credentials } from '../../access/ports.ts'
import type { Log } from '../../kit/log.ts'
import type { TraceStore } from '../../logs/ports.ts'
import type { LiveBus } from '../../run/ports.ts'
import type { RunReader } from '../../run/store-ports.ts'
import { sessionCookie } from '../plugins/authentication.ts'
import { type Connection, createConnection } from './connection.ts'
import { createHub } from './hub.ts'
import { createLiveRights } from './live-rights.ts'
import { closeCodes, livePath } from './protocol.ts'
import { createRecheckRound } from './recheck-round.ts'
import { createSocketViewer } from './socket-viewer.ts'

export type Live = {
  /** Give it every `upgrade` event of every server; what is not for it is refused. */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly connectionCount: () => number
  readonly close: () => Promise<void>
}

export type LiveDeps = {
  readonly access: Pick<Access, 'authenticate' | 'project'>
  readonly reads: Pick<RunReader, 'job' | 'pipeline'>
  readonly traces: Pick<TraceStore, 'size' | 'read'>
  readonly bus: LiveBus
  readonly log: Log
  /** As browsers see the server. */
  readonly url: string
}

const maximumMessageBytes = 16 * 1024
const messagesOfTenSeconds = 600
const recheckEveryMs = 15_000
const pingEveryMs = 30_000

export function createLive(deps: LiveDeps): Live {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maximumMessageBytes, perMessageDeflate: false })
  const connections = new Map<WebSocket, Connection>()
  const onFailure = (error: unknown): void => deps.log.error({ err: error }, 'a live connection failed')
  const hub = createHub({ ...deps, onFailure })
  const rights = createLiveRights(deps)
  const origins = [new URL(deps.url).origin]
  const timers = [setInterval(recheckAll, recheckEveryMs), setInterval(pingAll, pingEveryMs)]
  const stopHearing = deps.bus.subscribe('access', recheckAll)

  function handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const credentials = credentialsOf(request)
    if (request.url?.split('?')[0] !== livePath) refuse(socket, '404 Not Found')
    else if (!isOwnOrigin(request, origins, credentials)) refuse(socket, '403 Forbidden')
    else sockets.handleUpgrade(request, socket, head, webSocket => accept(webSocket, socket, credentials))
  }

  function accept(socket: WebSocket, raw: Duplex, credentials: Credentials): void {
    const viewer = createSocketViewer(socket, raw)
    const connection = createConnection(socket, viewer, credentials, { ...deps, rights, hub })
    const isTooMany = createLimit(messagesOfTenSeconds, 10_000)
    connections.set(socket, connection)
    socket.on('message', (data, isBinary) => {
      if (isBinary) return socket.close(1003, 'expected text')
      if (isTooMany()) return socket.close(closeCodes.tooManyMessages, 'too many messages')
      connection.receive(String(data)).catch(error => {
        onFailure(error)
        socket.close(1011, 'the server failed')
      })
    })
    socket.on('error', () => socket.terminate()) // a broken line; the close event does the rest
    socket.on('close', () => {
      connections.delete(socket)
      connection.close()
      viewer.stop()
    })
    keepAlive(socket)
  }

  function recheckAll(): void {
    const round = createRecheckRound({ ...deps, rights })
    for (const connection of connections.values()) connection.recheck(round).catch(onFailure)
  }

  function pingAll(): void {
    for (const socket of connections.keys()) {
      if (silent.has(socket)) socket.terminate()
      silent.add(socket)
      socket.ping()
    }
  }

  async function close(): Promise<void> {
    stopHearing()
    for (const timer of timers) clearInterval(timer)
    const gone = [...connections.keys()].map(socket => new Promise(resolve => socket.once('close', resolve)))
    for (const socket of connections.keys()) socket.close(closeCodes.shuttingDown, 'the server is going down')
    const impatience = setTimeout(() => {
      for (const socket of connections.keys()) socket.terminate()
    }, 1000)
    await Promise.all(gone)
    clearTimeout(impatience)
    hub.close()
  }

  return { handleUpgrade, connectionCount: () => connections.size, close }
}

/** Sockets that have not answered since the last ping. */
const silent = new WeakSet<WebSocket>()

function keepAlive(socket: WebSocket): void {
  const heard = (): boolean => silent.delete(socket)
  socket.on('pong', heard)
  socket.on('message', heard)
}

function credentialsOf({ headers }: IncomingMessage): Credentials {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const token = bearer ?? headers['private-token'] ?? headers['job-token']
  if (typeof token === 'string' && token !== '') return { kind: 'token', token }
  const session = sessionPattern.exec(headers.cookie ?? '')?.[1]
  return session === undefined ? { kind: 'none' } : { kind: 'session', session }
}

const sessionPattern = new RegExp(`(?:^|;\\s*)${sessionCookie}=([A-Za-z0-9_-]+)`)

/** A page of another site must not use our cookie; browsers always say where they come from. */
function isOwnOrigin({ headers }: IncomingMessage, origins: readonly string[], credentials: Credentials): boolean {
  const { origin, host } = headers
  if (origin === undefined) return credentials.kind !== 'session'
  return origins.includes(origin) || origin === `http://${host}` || origin === `https://${host}`
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function createLimit(most: number, windowMs: number): () => boolean {
  let count = 0
  let until = 0
  return () => {
    const now = performance.now()
    if (now > until) {
      count = 0
      until = now + windowMs
    }
    count += 1
    return count > most
  }
}
