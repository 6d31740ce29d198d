// The live WebSocket of a server, for commands: it comes back after every loss until it is told to end.
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { AppError } from '../kit/errors.ts'
import { type ClientMessage, closeCodes, livePath, type ServerMessage } from '../server/live/protocol.ts'
import type { Client } from './client.ts'

export type LiveSession = {
  /** Called at every (new) connection: what to say first. */
  readonly greet: () => readonly ClientMessage[]
  /** Messages in order, one at a time; true ends the session. */
  readonly onMessage: (message: ServerMessage) => Promise<boolean>
  readonly onBytes: (bytes: Buffer) => Promise<void>
}

const firstPauseMs = 250
const lastPauseMs = 5000
const pingMs = 20_000

/** @throws AppError when the server refuses; a server that is away is waited for */
export async function followLive(client: Client, session: LiveSession): Promise<void> {
  let pauseMs = firstPauseMs
  for (;;) {
    const ending = await connectOnce(client, session)
    if (ending.kind === 'done') return
    if (ending.kind === 'failed') throw ending.error
    pauseMs = ending.wasOpen ? firstPauseMs : Math.min(lastPauseMs, pauseMs * 2)
    await pause(pauseMs)
  }
}

type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'lost'; readonly wasOpen: boolean }

function connectOnce({ url, token }: Client, session: LiveSession): Promise<Ending> {
  const socket = new WebSocket(url.replace(/^http/, 'ws') + livePath, { headers: { authorization: `Bearer ${token}` } })
  let wasOpen = false
  let tail: Promise<void> = Promise.resolve()
  const ping = setInterval(() => {
    if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping"}')
  }, pingMs)

  return new Promise(resolve => {
    const end = (ending: Ending): void => {
      clearInterval(ping)
      resolve(ending)
      socket.terminate()
    }
    const inOrder = (act: () => Promise<boolean>): void => {
      tail = tail.then(async () => {
        if (await act()) end({ kind: 'done' })
      })
      tail.catch(error => end({ kind: 'failed', error }))
    }
    socket.on('open', () => {
      wasOpen = true
      for (const message of session.greet()) socket.send(JSON.stringify(message))
    })
    socket.on('message', (data, isBinary) => {
      if (isBinary) inOrder(() => session.onBytes(data as Buffer).then(() => false))
      else inOrder(() => take(session, JSON.parse(String(data)) as ServerMessage))
    })
    socket.on('unexpected-response', (_, response) => {
      const { statusCode = 0 } = response
      if (statusCode >= 500) end({ kind: 'lost', wasOpen })
      else end({ kind: 'failed', error: refused(`the server does not follow here (status ${statusCode})`) })
    })
    socket.on('error', () => undefined) // the close that follows says it
    socket.on('close', code => {
      // What came before the loss is still worked off; the answer after that is ignored when one was given.
      const isRefused = code === closeCodes.unauthenticated
      void tail
        .catch(() => undefined)
        .then(() => end(isRefused ? { kind: 'failed', error: signIn() } : { kind: 'lost', wasOpen }))
    })
  })
}

async function take(session: LiveSession, message: ServerMessage): Promise<boolean> {
  if (message.type === 'denied') throw refused(message.message)
  return session.onMessage(message)
}

function refused(words: string): AppError {
  return new AppError('client.refused', words)
}

function signIn(): AppError {
  return refused('the server does not accept the token: sign in again with `slipway login`')
}
