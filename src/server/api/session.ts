// Signing in and out in the browser: an HttpOnly cookie, and a CSRF token that the page sends back in `X-CSRF-Token`.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Audit } from '../../access/audit.ts'
import { csrfTokenOf } from '../../access/csrf.ts'
import { anonymous } from '../../access/model.ts'
import type { SignIn } from '../../access/sign-in.ts'
import type { UserRecord, UserStore } from '../../access/store-ports.ts'
import { AppError } from '../../kit/errors.ts'
import type { App } from '../app.ts'
import { sessionCookie } from '../plugins/authentication.ts'
import { nullableString } from '../schema.ts'
import { toUserFull, userFull } from './user-entity.ts'

export type SessionDeps = {
  readonly signIn: SignIn
  readonly users: UserStore
  readonly audit: Audit
  /** As browsers see the server; with https, the cookie is sent over https alone. */
  readonly url: string
}

const view = Type.Object({
  user: Type.Union([userFull, Type.Null()]),
  csrf_token: nullableString,
})

export function registerSession(app: App, deps: SessionDeps): void {
  const { url } = deps
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure: url.startsWith('https:') } as const
  const viewOf = (user: UserRecord, session: string) => ({
    user: toUserFull(user, url, true),
    csrf_token: csrfTokenOf(session),
  })

  app.post(
    '/api/v4/slipway/session',
    {
      config: { policy: { kind: 'public' }, rateLimit: { max: 60, timeWindow: 60_000 }, audit: false },
      schema: {
        operationId: 'signIn',
        tags: ['session'],
        body: Type.Object({ login: Type.String({ maxLength: 255 }), password: Type.String({ maxLength: 1024 }) }),
        response: { 201: view },
      },
    },
    async (request, reply) => {
      const { login, password } = request.body
      const signedIn = await tellFailures(deps.audit, request, login, () =>
        deps.signIn.signIn({ login, password, address: request.ip, userAgent: request.headers['user-agent'] ?? '' }),
      )
      reply.setCookie(sessionCookie, signedIn.session, { ...cookie, expires: signedIn.expiresAt })
      return reply.code(201).send(viewOf(signedIn.user, signedIn.session))
    },
  )

  app.get(
    '/api/v4/slipway/session',
    {
      config: { policy: { kind: 'public' } },
      schema: { operationId: 'getSession', tags: ['session'], response: { 200: view } },
    },
    async request => {
      const session = request.cookies[sessionCookie]
      const { actor } = request
      if (session === undefined || actor.kind !== 'user' || actor.via !== 'session')
        return { user: null, csrf_token: null }
      const user = await deps.users.byId(actor.userId)
      return user === null ? { user: null, csrf_token: null } : viewOf(user, session)
    },
  )

  app.delete(
    '/api/v4/slipway/session',
    { config: { policy: { kind: 'signed_in' } }, schema: { operationId: 'signOut', tags: ['session'] } },
    async (request, reply: FastifyReply) => {
      const session = request.cookies[sessionCookie]
      if (session !== undefined) await deps.signIn.signOut(session)
      return reply.clearCookie(sessionCookie, cookie).code(204).send()
    },
  )
}

async function tellFailures<T>(
  audit: Audit,
  request: FastifyRequest,
  login: string,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof AppError) {
      await audit.record({
        actor: anonymous,
        address: request.ip,
        action: 'sign_in_failed',
        target: login,
        detail: { code: error.code },
      })
    }
    throw error
  }
}
