// One upstream under its own names, without a token: what `dockerd --registry-mirror` asks for. It only gives, and only what
// the upstream's credentials of this server may pull; it belongs on an address that only jobs' networks reach.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { RegistryError } from '../errors.ts'
import { type Answer, type Exchange, jsonAnswer, send } from '../exchange.ts'
import { answerFailure, type RegistryHttp } from '../http.ts'
import { parsePath } from '../paths.ts'
import type { Realm } from '../realm.ts'
import type { CacheServer } from './serve-cache.ts'

export function createMirror(deps: {
  readonly upstream: string
  readonly cache: CacheServer
  readonly realm: Realm
  readonly onBug: (error: unknown, what: string) => void
}): RegistryHttp {
  async function serve(exchange: Exchange, path: string): Promise<Answer> {
    const route = parsePath(path)
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD')
      throw new RegistryError('UNSUPPORTED', 'a mirror can only be pulled from')
    if (route.kind === 'base') return jsonAnswer(200, {})
    if (route.kind !== 'manifest' && route.kind !== 'blob') throw new RegistryError('NAME_UNKNOWN')
    const image = { upstream: deps.upstream, image: route.name }
    return route.kind === 'manifest'
      ? deps.cache.manifest(exchange, image, route.reference)
      : deps.cache.blob(exchange, image, route.digest)
  }

  return {
    matches: url => url.startsWith('/v2/') || url === '/v2',
    async handle(request: IncomingMessage, response: ServerResponse) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://mirror')
      const exchange = { request, response, method: request.method ?? 'GET', query: searchParams }
      try {
        const given = await serve(exchange, pathname)
        if (given.kind === 'whole') send(exchange, given)
      } catch (error) {
        answerFailure(deps, exchange, error)
      }
    },
  }
}
