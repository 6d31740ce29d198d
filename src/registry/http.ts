// From a request to its handler: path, method, caller, repository.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Audit } from '../access/audit.ts'
import { type ProxyTrust, visitorOf } from '../kit/visitor.ts'
import { type Answering, answerBy } from './answer-by.ts'
import { parseCacheName } from './cache/cache-name.ts'
import type { PullThrough } from './cache/pull-through.ts'
import type { CacheServer } from './cache/serve-cache.ts'
import { RegistryError } from './errors.ts'
import { type Answer, type Exchange, jsonAnswer, refuseRepeated } from './exchange.ts'
import type { Caller, Gate } from './gate.ts'
import { type ParsedPath, parsePath, type Route, routeMethods } from './paths.ts'
import type { RepositoryAction } from './scopes.ts'
import type { BlobServer } from './serve-blobs.ts'
import type { ListServer } from './serve-lists.ts'
import type { ManifestServer } from './serve-manifests.ts'
import type { UploadServer } from './serve-uploads.ts'
import type { TokenEndpoint } from './token-endpoint.ts'

export type RegistryHttp = {
  readonly matches: (url: string) => boolean
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

type Handlers = Answering & {
  readonly trustProxy: ProxyTrust
  readonly gate: Gate
  readonly tokenEndpoint: TokenEndpoint
  readonly blobs: BlobServer
  readonly uploads: UploadServer
  readonly manifests: ManifestServer
  readonly lists: ListServer
  readonly cache: CacheServer
  readonly pullThrough: PullThrough
  /** Who began an upload; null when that is not known. */
  readonly beganBy: (
    place: { readonly projectId: number; readonly suffix: string },
    uploadId: string,
  ) => Promise<string | null>
  /** Deletions, and refusals of those who are known. */
  readonly audit: Audit['record']
}

const tokenPath = '/jwt/auth'

export function createRegistryHttp(handlers: Handlers): RegistryHttp {
  return {
    matches: url => url.startsWith('/v2/') || url === '/v2' || url === tokenPath || url.startsWith(`${tokenPath}?`),

    async handle(request, response) {
      const url = request.url ?? '/'
      const mark = url.indexOf('?')
      const path = mark === -1 ? url : url.slice(0, mark)
      const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
      const visitor = visitorOf(request, handlers.trustProxy)
      const exchange = { request, response, method: request.method ?? 'GET', query, visitor }
      await answerBy(exchange, handlers, () => {
        refuseRepeated(query)
        return path === tokenPath ? handlers.tokenEndpoint(exchange) : serve(handlers, exchange, parsePath(path))
      })
    },
  }
}

async function serve(handlers: Handlers, exchange: Exchange, route: ParsedPath): Promise<Answer> {
  if (route.kind === 'unknown') throw new RegistryError('NAME_UNKNOWN', 'there is nothing at this path')
  const caller = await handlers.gate.identify(exchange.request.headers.authorization, exchange.visitor.address)
  if (route.kind === 'invalid_name')
    throw new RegistryError('NAME_INVALID', `'${route.name.slice(0, 255)}' is not a repository name`)
  const allowed = routeMethods[route.kind]
  if (!allowed.includes(exchange.method))
    throw new RegistryError('UNSUPPORTED', undefined, { headers: { Allow: allowed.join(', ') } })
  try {
    const given = await serveRoute(handlers, exchange, caller, route)
    if (isRemoval(exchange, route)) await note(handlers, exchange, caller, 'registry_deleted', null)
    return given
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'DENIED')
      await note(handlers, exchange, caller, 'registry_denied', error.message)
    throw error
  }
}

function isRemoval({ method }: Exchange, route: Route): boolean {
  return method === 'DELETE' && (route.kind === 'manifest' || route.kind === 'blob')
}

async function note(
  { audit }: Handlers,
  { request, method, visitor }: Exchange,
  caller: Caller | null,
  action: string,
  reason: string | null,
): Promise<void> {
  if (caller === null) return
  const target = `${method} ${request.url?.split('?', 1)[0] ?? ''}`
  await audit({
    actor: caller.actor,
    address: visitor.address,
    action,
    target,
    detail: reason === null ? {} : { reason },
  })
}

async function serveRoute(
  handlers: Handlers,
  exchange: Exchange,
  caller: Caller | null,
  route: Route,
): Promise<Answer> {
  const { gate, blobs, manifests, lists, uploads } = handlers
  const { method } = exchange
  const cached = cachedImage(handlers, exchange, route)
  if (cached !== null) {
    await gate.cached(caller, cached.name)
    return cached.serve()
  }
  switch (route.kind) {
    case 'base':
      await gate.base(caller)
      return jsonAnswer(200, {})
    case 'discover':
      await gate.base(caller)
      return jsonAnswer(200, { extensions: [] })
    case 'catalog': {
      const projectById = await gate.catalog(caller)
      return lists.catalog(exchange, projectById)
    }
    case 'tags':
      return lists.tags(exchange, await gate.repository(caller, route.name, 'pull'))
    case 'referrers':
      return lists.referrers(exchange, await gate.repository(caller, route.name, 'pull'), route.digest)
    case 'blob': {
      const repository = await gate.repository(caller, route.name, actionOf(method))
      return method === 'DELETE'
        ? blobs.delete(repository, route.digest)
        : blobs.get(exchange, repository, route.digest)
    }
    case 'manifest': {
      const repository = await gate.repository(caller, route.name, actionOf(method))
      if (method === 'PUT') return manifests.put(exchange, repository, route.reference)
      if (method === 'DELETE') return manifests.delete(repository, route.reference)
      return manifests.get(exchange, repository, route.reference)
    }
    case 'uploads':
      return uploads.start(exchange, await gate.repository(caller, route.name, 'push'))
    case 'upload': {
      const repository = await gate.repositoryOfUpload(caller, route.name, place =>
        handlers.beganBy(place, route.uploadId),
      )
      if (method === 'PATCH') return uploads.patch(exchange, repository, route.uploadId)
      if (method === 'PUT') return uploads.close(exchange, repository, route.uploadId)
      if (method === 'DELETE') return uploads.cancel(repository, route.uploadId)
      return uploads.status(repository, route.uploadId)
    }
  }
}

/** Pulls of `dependency_proxy/<upstream>/…`, where there is such an upstream. */
function cachedImage({ cache, pullThrough }: Handlers, exchange: Exchange, route: Route) {
  if ((route.kind !== 'manifest' && route.kind !== 'blob') || actionOf(exchange.method) !== 'pull') return null
  const named = parseCacheName(route.name)
  const image = named === null ? null : pullThrough.find(named)
  if (image === null) return null
  const serve = () =>
    route.kind === 'manifest'
      ? cache.manifest(exchange, image, route.reference)
      : cache.blob(exchange, image, route.digest)
  return { name: route.name, serve }
}

function actionOf(method: string): RepositoryAction {
  if (method === 'DELETE') return 'delete'
  return method === 'PUT' ? 'push' : 'pull'
}
