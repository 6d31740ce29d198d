// `/-/live`, `/-/ready`, `/metrics`.
import type { App } from '../app.ts'
import type { Health } from '../ports.ts'
import { Denial } from './errors.ts'

const loopback = /^(127\.|::1$|::ffff:127\.)/

export function addHealth(app: App, health: Health): void {
  const open = { config: { policy: { kind: 'public' as const } }, schema: { hide: true } }
  app.get('/-/live', open, async () => ({ status: 'ok' }))
  app.get('/-/ready', open, async (_request, reply) => {
    const { ready, checks } = await health.ready()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'failed', checks })
  })
  const why = 'only from this machine (without a proxy between), or for administrators'
  app.get(
    '/metrics',
    { config: { policy: { kind: 'self_checked', why } }, schema: { hide: true } },
    async (request, reply) => {
      const isLocal = loopback.test(request.ip) && request.headers['x-forwarded-for'] === undefined
      const isAdmin = request.actor.kind === 'user' && request.actor.isAdmin
      if (!isLocal && !isAdmin) throw new Denial(403, '403 Forbidden', why)
      const { contentType, text } = await health.metrics()
      return reply.type(contentType).send(text)
    },
  )
}
