// Where a client fetches its tokens: at the host it came to, when that is one of ours, so that the registry works under
// every name that it has (docs/decisions/0001). A host that somebody made up never shows in an answer.
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/

export type Realm = (request: { readonly host: string | undefined; readonly isSecure: boolean }) => string

/**
 * @param url as docker sees the registry
 * @param hosts further `host[:port]`s that this server answers for
 */
export function createRealm(url: string, hosts: readonly string[]): Realm {
  const known = new Set([new URL(url).host, ...hosts])
  const usual = new URL('/jwt/auth', url).href
  return ({ host, isSecure }) => {
    if (host === undefined || host === new URL(url).host) return usual
    if (!known.has(host) && !loopback.test(host)) return usual
    return `${isSecure ? 'https' : 'http'}://${host}/jwt/auth`
  }
}
