// One upstream under its own names, without a token: what `dockerd --registry-mirror` asks for. It only gives, and what the
// upstream's credentials of this server may pull it gives to whoever knows the name under which it answers.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { trustNobody, visitorOf } from '../../kit/visitor.ts'
import { type Answering, answerBy } from '../answer-by.ts'
import { RegistryError } from '../errors.ts'
import { type Answer, type Exchange, jsonAnswer } from '../exchange.ts'
import type { RegistryHttp } from '../http.ts'
import { parsePath } from '../paths.ts'
import type { Upstream } from './ports.ts'
import type { CacheServer } from './serve-cache.ts'

type MirrorDeps = Answering & {
  readonly cache: CacheServer
}

/** What comes to the name of a mirror is the mirror's, everything else the registry's. */
export function withMirrors(
  registry: Pick<RegistryHttp, 'handle'>,
  deps: MirrorDeps & { readonly upstreams: readonly Upstream[] },
): RegistryHttp['handle'] {
  const mirrors = new Map(
    deps.upstreams.flatMap(({ name, mirrorName }) =>
      mirrorName === null ? [] : [[mirrorName, createMirror(name, deps)]],
    ),
  )
  if (mirrors.size === 0) return registry.handle
  return (request, response) => {
    const name = request.headers.host?.replace(/:\d+$/, '').toLowerCase() ?? ''
    return (mirrors.get(name) ?? registry).handle(request, response)
  }
}

function createMirror(upstream: string, deps: MirrorDeps): Pick<RegistryHttp, 'handle'> {
  async function serve(exchange: Exchange, path: string): Promise<Answer> {
    const route = parsePath(path)
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD')
      throw new RegistryError('UNSUPPORTED', 'a mirror can only be pulled from')
    if (route.kind === 'base') return jsonAnswer(200, {})
    if (route.kind !== 'manifest' && route.kind !== 'blob') throw new RegistryError('NAME_UNKNOWN')
    const image = { upstream, image: route.name }
    return route.kind === 'manifest'
      ? deps.cache.manifest(exchange, image, route.reference)
      : deps.cache.blob(exchange, image, route.digest)
  }

  return {
    async handle(request: IncomingMessage, response: ServerResponse) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://mirror')
      const exchange = {
        request,
        response,
        method: request.method ?? 'GET',
        query: searchParams,
        visitor: visitorOf(request, trustNobody),
      }
      await answerBy(exchange, deps, () => serve(exchange, pathname))
    },
  }
}
