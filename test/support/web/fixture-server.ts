// A server of made-up answers behind the real pages and the real security headers: for looking at pages, for strings
// that no real system holds, and for sizes that would take long to make.
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import cookie from '@fastify/cookie'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { WebSocketServer } from 'ws'
import type { App } from '../../../src/server/app.ts'
import { type ClientMessage, livePath, type ServerMessage } from '../../../src/server/live/protocol.ts'
import { addSecurity } from '../../../src/server/plugins/security.ts'
import { registerWeb } from '../../../src/server/web.ts'
import { pipelineView } from './fixture-data.ts'
import { type Answer, fixtureRoutes } from './fixture-routes.ts'

export type WebFixture = {
  readonly url: string
  /** Requests that changed something, as `POST path body`. */
  readonly changes: string[]
  /** Requests that no answer was made up for, since the last call. */
  readonly takeMissed: () => readonly string[]
  /** The newest attempt of a job of pipeline 142. */
  readonly jobNamed: (name: string) => number
  readonly close: () => Promise<void>
}

export type FixtureOptions = {
  /** Nobody is signed in at first. */
  readonly signedOut?: boolean
  /** No project at all. */
  readonly empty?: boolean
  /** The log of job 9001. */
  readonly longLog?: Uint8Array
  /** The logs of the two attempts of e2e. */
  readonly attemptLogs?: readonly [Uint8Array, Uint8Array]
  readonly port?: number
}

const folder = join(import.meta.dirname, '../../../dist/web')

export async function startWebFixture(options: FixtureOptions = {}): Promise<WebFixture> {
  const app = Fastify() as unknown as App
  const changes: string[] = []
  const missed: string[] = []
  await app.register(cookie)
  addSecurity(app, [])
  const routes = fixtureRoutes(options)
  app.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: '/api/*',
    config: { policy: { kind: 'public' } },
    handler: async (request, reply) => {
      if (request.method !== 'GET')
        changes.push(`${request.method} ${request.url} ${JSON.stringify(request.body ?? null)}`)
      const answer = routes(request.method, new URL(request.url, 'http://x'), request.body)
      if (answer === undefined) {
        missed.push(`${request.method} ${request.url}`)
        return reply.code(404).send({ message: '404 Not Found' })
      }
      return send(request, reply, answer)
    },
  })
  await registerWeb(app, { folder })
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  const sockets = new WebSocketServer({ server: app.server, path: livePath })
  sockets.on('connection', socket => {
    const say = (message: ServerMessage): void => socket.send(JSON.stringify(message))
    say({ type: 'ready', user: null })
    socket.on('message', data => {
      const message = JSON.parse(String(data)) as ClientMessage
      if (message.type === 'ping') say({ type: 'pong' })
      if (message.type === 'subscribe' && !message.topic.endsWith(':trace'))
        say({ type: 'subscribed', topic: message.topic, position: { epoch: 'a', sequence: 0 } })
      if (message.type === 'subscribe' && message.topic.endsWith(':trace'))
        say({ type: 'subscribed', topic: message.topic, trace: { length: 0, start: 0 } })
    })
  })
  const { port } = app.server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    changes,
    jobNamed: name => pipelineView().jobs.find(job => job.name === name && !job.is_retried)?.id ?? 0,
    takeMissed: () => missed.splice(0),
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      await app.close()
    },
  }
}

function send(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  if (answer.kind === 'json') {
    if (answer.total !== undefined) reply.header('x-total', answer.total).header('x-next-page', '')
    return reply.code(answer.status ?? 200).send(answer.body)
  }
  if (answer.kind === 'text') return reply.type('text/plain').send(answer.text)
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')
  if (range === null) return reply.type('text/plain; charset=utf-8').send(Buffer.from(answer.bytes))
  const start = Number(range[1])
  if (start >= answer.bytes.length)
    return reply.code(416).header('content-range', `bytes */${answer.bytes.length}`).send()
  const part = answer.bytes.subarray(start, Number(range[2]) + 1)
  return reply
    .code(206)
    .header('content-range', `bytes ${start}-${start + part.length - 1}/${answer.bytes.length}`)
    .type('text/plain; charset=utf-8')
    .send(Buffer.from(part))
}
