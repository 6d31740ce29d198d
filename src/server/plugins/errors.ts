// Failures become HTTP here and nowhere else: GitLab's bodies, one status for each code. What is no expected failure is a
// bug: it is logged with its stack and shown to nobody.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { accessErrors } from '../../access/errors.ts'
import { gitErrors } from '../../git/errors.ts'
import { AppError } from '../../kit/errors.ts'
import type { App } from '../app.ts'

/** `code` of an `AppError` to HTTP status. A slice keeps its table in its own `errors.ts`. */
export type ErrorTable = Readonly<Record<string, number>>

/** The request ends here, with GitLab's `{"message": …}`; `reason` tells the caller what was missing. */
export class Denial extends Error {
  readonly status: number
  readonly reason: string | null

  constructor(status: number, message: string, reason: string | null = null) {
    super(message)
    this.name = 'Denial'
    this.status = status
    this.reason = reason
  }
}

/** 404 in GitLab's words: `404 Branch Not Found`. */
export function notFound(what: string): Denial {
  return new Denial(404, `404 ${what} Not Found`)
}

/** 400 in GitLab's words: `400 Bad request - …`. */
export function badRequest(reason: string): Denial {
  return new Denial(400, '400 Bad request', reason)
}

/** @param tables those of the slices that the server's resources call, beside access's and git's */
export function addErrors(app: App, tables: readonly ErrorTable[]): void {
  const statuses = new Map(Object.entries(Object.assign({}, accessErrors, gitErrors, ...tables) as ErrorTable))
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: '404 Not Found' }))
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = toAnswer(error, statuses)
    if (answer.status >= 500) logBug(error, request)
    if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', answer.retryAfterSeconds)
    return send(reply, answer)
  })
}

type Answer = {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly retryAfterSeconds?: number
}

function toAnswer(error: FastifyError, statuses: ReadonlyMap<string, number>): Answer {
  if (error instanceof Denial) return { status: error.status, body: denialBody(error) }
  if (error instanceof AppError) return appErrorAnswer(error, statuses.get(error.code))
  if (error.validation !== undefined) return { status: 400, body: { error: describeValidation(error) } }
  if (error.statusCode !== undefined && error.statusCode < 500)
    return { status: error.statusCode, body: { error: error.message } }
  return bug
}

const bug: Answer = { status: 500, body: { message: '500 Internal Server Error' } }

function denialBody(denial: Denial): Readonly<Record<string, unknown>> {
  if (denial.reason === null) return { message: denial.message }
  if (denial.reason.startsWith('insufficient_scope')) {
    return { error: 'insufficient_scope', error_description: denial.reason }
  }
  return { message: `${denial.message} - ${denial.reason}` }
}

function appErrorAnswer(error: AppError, status: number | undefined): Answer {
  if (status === undefined) return bug
  const detail = error.detail as { readonly fields?: unknown; readonly retryAfterSeconds?: number } | undefined
  const body = { message: detail?.fields ?? error.message }
  return detail?.retryAfterSeconds === undefined
    ? { status, body }
    : { status, body, retryAfterSeconds: detail.retryAfterSeconds }
}

function describeValidation(error: FastifyError): string {
  const first = error.validation?.[0]
  if (first === undefined) return error.message
  if (first.keyword === 'required') return `${String(first.params.missingProperty)} is missing`
  const field = first.instancePath.slice(1).replaceAll('/', '.')
  const name = field === '' ? (error.validationContext ?? 'request') : field
  if (first.keyword === 'enum') return `${name} does not have a valid value (${String(first.params.allowedValues)})`
  return `${name} ${first.message ?? 'is invalid'}`
}

function logBug(error: Error, request: FastifyRequest): void {
  request.log.error(
    { err: error, method: request.method, url: request.routeOptions.url, requestId: request.id },
    'request failed',
  )
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  return reply.code(answer.status).type('application/json; charset=utf-8').serializer(JSON.stringify).send(answer.body)
}
