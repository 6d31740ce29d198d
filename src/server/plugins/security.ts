// Browser-facing defences: strict headers on every answer, and for requests that a session cookie carries the proof that
// our own page sent them (same origin, and the session's CSRF token in a header).
import { timingSafeEqual } from 'node:crypto'
import { csrfTokenOf } from '../../access/csrf.ts'
import type { App } from '../app.ts'
import { sessionCookie, tokenOf } from './authentication.ts'
import { Denial } from './errors.ts'

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const

/** @param origins of the server as browsers see it: `https://ci.example.com` */
export function addSecurity(app: App, origins: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers)
    reply.header('x-request-id', request.id)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'private, no-cache')
  })
  app.addHook('onRequest', async request => {
    if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return
    if (!isOwnOrigin(request.headers.origin, request.headers.host, origins)) {
      throw new Denial(403, '403 Forbidden', `requests from ${request.headers.origin ?? ''} are not accepted`)
    }
    const session = request.cookies[sessionCookie]
    if (session === undefined || tokenOf(request) !== null) return
    // A stale cookie must not keep anybody from signing in again.
    if (request.routeOptions.config.policy?.kind === 'public') return
    if (!isSame(request.headers['x-csrf-token'], csrfTokenOf(session))) {
      throw new Denial(403, '403 Forbidden', 'the header X-CSRF-Token is missing or wrong')
    }
  })
}

/** Browsers send `Origin` with every request that changes something; other clients send none. */
function isOwnOrigin(origin: string | undefined, host: string | undefined, origins: readonly string[]): boolean {
  if (origin === undefined) return true
  return origins.includes(origin) || origin === `http://${host ?? ''}` || origin === `https://${host ?? ''}`
}

function isSame(given: string | readonly string[] | undefined, expected: string): boolean {
  if (typeof given !== 'string' || given.length !== expected.length) return false
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected))
}
