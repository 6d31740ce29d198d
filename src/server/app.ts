// The HTTP server: fastify with our plugins and the resources it is given. What must be fast and speaks no JSON (git,
// registry) is dispatched before fastify.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Audit } from '../access/audit.ts'
import type { Access } from '../access/ports.ts'
import type { Log } from '../kit/log.ts'
import { type ProxyTrust, trustNobody } from '../kit/visitor.ts'
import { addAudit } from './plugins/audit.ts'
import { addAuthentication } from './plugins/authentication.ts'
import { addBodies } from './plugins/bodies.ts'
import { addBooleans } from './plugins/booleans.ts'
import { addErrors, type ErrorTable } from './plugins/errors.ts'
import { addHealth } from './plugins/health.ts'
import { addJsonType } from './plugins/json-type.ts'
import { lateSchemas } from './plugins/late-schemas.ts'
import { addOpenapi } from './plugins/openapi.ts'
import { addPolicy } from './plugins/policy.ts'
import { addSecurity } from './plugins/security.ts'
import type { Health, RunnerDoor } from './ports.ts'

export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void

/** A door beside fastify, such as git and the registry. It answers its own failures. */
export type RawHandler = {
  readonly matches: (url: string) => boolean
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void
}

export type AppDeps = {
  readonly access: Access
  readonly audit: Audit
  readonly runnerDoor: RunnerDoor
  readonly health: Health
  readonly log: Log
  readonly version: string
  /** As browsers and git see the server. */
  readonly url: string
  /** Proxies whose X-Forwarded-For, -Proto and -Host are believed; none, unless said. */
  readonly trustProxy?: ProxyTrust
  readonly raw: readonly RawHandler[]
  /** Error tables of the slices whose failures the resources let through. */
  readonly errors?: readonly ErrorTable[]
  /** `register<Resource>` with its own deps bound: they run after the plugins. */
  readonly resources: readonly ((app: App) => void | Promise<void>)[]
}

/**
 * The app, ready to take requests. Serve it with `app.listen`, or give `handlerOf(app, raw)` to servers of your own.
 */
export async function createApp(deps: AppDeps): Promise<App> {
  const app: App = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: deps.trustProxy ?? trustNobody,
    bodyLimit: 8 * 1024 * 1024,
    routerOptions: { maxParamLength: 2000 },
    schemaController: { compilersFactory: lateSchemas },
    serverFactory: handler => createServer(dispatch(deps.raw, handler, deps.log)),
  }).withTypeProvider<TypeBoxTypeProvider>()

  await app.register(cookie)
  addErrors(app, deps.errors ?? [])
  addBodies(app)
  addJsonType(app)
  addBooleans(app)
  addSecurity(app, [new URL(deps.url).origin])
  addAuthentication(app, deps)
  addPolicy(app, deps)
  addAudit(app, deps.audit)
  await app.register(rateLimit, { global: false })
  await addOpenapi(app, deps)
  addHealth(app, deps.health)
  for (const register of deps.resources) await register(app)
  await app.ready()
  return app
}

/** For further servers (other addresses, TLS): raw doors first, then fastify. */
export function handlerOf(app: App, raw: readonly RawHandler[]): HttpHandler {
  return dispatch(raw, (request, response) => app.routing(request, response), app.log)
}

function dispatch(
  raw: readonly RawHandler[],
  fallback: HttpHandler,
  log: Pick<FastifyBaseLogger, 'error'>,
): HttpHandler {
  return (request, response) => {
    const url = request.url ?? '/'
    const door = raw.find(each => each.matches(url))
    if (door === undefined) return fallback(request, response)
    Promise.resolve(door.handle(request, response)).catch(error => {
      log.error({ err: error, method: request.method }, 'a raw handler failed')
      if (response.headersSent) response.destroy()
      else
        response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"500 Internal Server Error"}')
    })
  }
}
