// Finds out who asks: `PRIVATE-TOKEN`, `Authorization: Bearer`, `JOB-TOKEN` or the session cookie. Tokens in the query
// are refused, since URLs end up in logs.
import type { FastifyRequest } from 'fastify'
import { anonymous } from '../../access/model.ts'
import type { Access, Credentials } from '../../access/ports.ts'
import type { App } from '../app.ts'
import { Denial } from './errors.ts'

export const sessionCookie = 'slipway_session'

export function addAuthentication(app: App, deps: { readonly access: Access }): void {
  app.decorateRequest('actor', null as never)
  app.addHook('onRequest', async request => {
    request.actor = anonymous
    refuseTokenInQuery(request)
    const policy = request.routeOptions.config.policy
    if (policy === undefined || policy.kind === 'runner' || policy.kind === 'lease') return
    const credentials = credentialsOf(request)
    const actor = await deps.access.authenticate(credentials)
    const isLenient = credentials.kind === 'session' || policy.kind === 'public' || policy.kind === 'self_checked'
    if (actor === null && !isLenient) throw new Denial(401, '401 Unauthorized')
    if (actor !== null) request.actor = actor
  })
}

/** The token of a header, whatever kind it is of. */
export function tokenOf(request: FastifyRequest): string | null {
  const { headers } = request
  const token = headers['private-token'] ?? headers['job-token'] ?? bearerOf(headers.authorization)
  return typeof token === 'string' && token.length > 0 && token.length <= 1000 ? token : null
}

function credentialsOf(request: FastifyRequest): Credentials {
  const token = tokenOf(request)
  if (token !== null) return { kind: 'token', token }
  const session = request.cookies[sessionCookie]
  return session === undefined || session === '' ? { kind: 'none' } : { kind: 'session', session }
}

function bearerOf(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1]
}

function refuseTokenInQuery(request: FastifyRequest): void {
  const query = request.query as Readonly<Record<string, unknown>>
  if (query.private_token === undefined && query.access_token === undefined) return
  throw new Denial(401, '401 Unauthorized', 'send the token in the header PRIVATE-TOKEN, not in the URL')
}
