// Signing up, where the administrator lets strangers do it.
import { Type } from '@fastify/type-provider-typebox'
import type { Settings } from '../../access/settings.ts'
import type { Users } from '../../access/users.ts'
import type { App } from '../app.ts'
import { Denial } from '../plugins/errors.ts'
import { toUserFull, userFull } from './user-entity.ts'

export type SignUpDeps = { readonly users: Users; readonly settings: Settings; readonly url: string }

const hourMs = 3600_000

export function registerSignUp(app: App, { users, settings, url }: SignUpDeps): void {
  app.get(
    '/api/v4/slipway/registration',
    {
      config: { policy: { kind: 'public' } },
      schema: {
        operationId: 'getSignUp',
        tags: ['session'],
        response: { 200: Type.Object({ enabled: Type.Boolean() }) },
      },
    },
    async () => ({ enabled: (await settings.current()).signupEnabled }),
  )

  app.post(
    '/api/v4/slipway/registration',
    {
      config: { policy: { kind: 'public' }, rateLimit: { max: 20, timeWindow: hourMs } },
      schema: {
        operationId: 'signUp',
        tags: ['session'],
        body: Type.Object({
          username: Type.String(),
          name: Type.Optional(Type.String()),
          email: Type.String(),
          password: Type.String({ maxLength: 1024 }),
        }),
        response: { 201: userFull },
      },
    },
    async (request, reply) => {
      if (!(await settings.current()).signupEnabled) {
        throw new Denial(403, '403 Forbidden', 'the administrator makes the accounts of this server')
      }
      const { username, email, password, name = username } = request.body
      const user = await users.create({ username, name, email, password, isAdmin: false })
      return reply.code(201).send(toUserFull(user, url, true))
    },
  )
}
