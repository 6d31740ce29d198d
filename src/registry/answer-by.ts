// Sends what a handler answers, and makes an answer of whatever it threw.
import { AppError } from '../kit/errors.ts'
import { errorAnswer, RegistryError } from './errors.ts'
import { type Answer, type Exchange, send } from './exchange.ts'
import type { Realm } from './realm.ts'

export type Answering = {
  readonly realm: Realm
  /** A bug: logged, and told to the client only as such. */
  readonly onBug: (error: unknown, what: string) => void
}

/** A body that stands still for so long is given up. */
const idleMs = 120_000

export async function answerBy(exchange: Exchange, answering: Answering, serve: () => Promise<Answer>): Promise<void> {
  exchange.request.socket.setTimeout(idleMs) // the server destroys it then
  try {
    const given = await serve()
    if (given.kind === 'whole') send(exchange, given)
  } catch (error) {
    answerFailure(answering, exchange, error)
  }
}

function answerFailure({ onBug, realm }: Answering, exchange: Exchange, error: unknown): void {
  const { request, response } = exchange
  const what = `${exchange.method} ${request.url?.split('?', 1)[0]}`
  if (response.headersSent || request.socket.destroyed) {
    // The client went away, or a file failed under a running answer: only a cut connection tells that it is not whole.
    if (!request.socket.destroyed) onBug(error, what)
    response.destroy()
    return
  }
  const told = refusalOf(error)
  if (told.code === 'UNKNOWN') onBug(error, what)
  const { status, headers, body } = errorAnswer(told)
  send(exchange, {
    kind: 'whole',
    status,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      ...headers,
      ...(told.challenge === null
        ? {}
        : { 'WWW-Authenticate': `Bearer realm="${realm(exchange.visitor)}",${told.challenge}` }),
    },
    body,
  })
}

function refusalOf(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error
  if (error instanceof AppError && error.code === 'storage_full') return new RegistryError('STORAGE_FULL')
  return new RegistryError('UNKNOWN', 'an internal error; the server log tells more')
}
