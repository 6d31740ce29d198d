// The HTTP client of the commands: JSON in and out, pages joined, failures as sentences.
import { AppError } from '../kit/errors.ts'
import { reasonOfConnection, trustAuthority } from '../kit/trust.ts'
import { type Credentials, findCredentials } from './credentials.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export type Client = {
  readonly url: string
  readonly token: string
  /** `path` is below `/api/v4`. Fails with an `AppError` that holds the server's own words. */
  readonly get: <T>(path: string, query?: Query) => Promise<T>
  readonly post: <T>(path: string, body?: unknown) => Promise<T>
  readonly put: <T>(path: string, body?: unknown) => Promise<T>
  readonly delete: (path: string) => Promise<void>
  /** All pages of a list, at most `limit` things. */
  readonly list: <T>(path: string, query?: Query, limit?: number) => Promise<readonly T[]>
  /** For what is no JSON: traces, artifacts. The status is not looked at. */
  readonly raw: (method: Method, path: string, options?: RawOptions) => Promise<Response>
}

export type RawOptions = {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: NonNullable<RequestInit['body']>
  readonly signal?: AbortSignal
}

/** With the server and token that `SLIPWAY_URL`, `SLIPWAY_TOKEN` or `slipway login` gave. */
export async function openClient(): Promise<Client> {
  const credentials = await findCredentials()
  if (credentials.authority !== undefined) trustAuthority(credentials.authority)
  return createClient(credentials)
}

export function createClient({ url, token }: Credentials): Client {
  async function raw(method: Method, path: string, options: RawOptions = {}): Promise<Response> {
    try {
      return await fetch(`${url}/api/v4${path}`, {
        method,
        headers: { 'private-token': token, ...options.headers },
        redirect: 'error', // a token must not follow to another host
        ...(options.body === undefined ? {} : { body: options.body, duplex: 'half' }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      } as RequestInit)
    } catch (cause) {
      options.signal?.throwIfAborted()
      throw new AppError('client.unreachable', `${url} does not answer: ${reasonOfConnection(cause)}`, { cause })
    }
  }

  async function call<T>(
    method: Method,
    path: string,
    body?: unknown,
  ): Promise<{ readonly body: T; readonly headers: Headers }> {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await raw(method, path, { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    const text = await response.text()
    if (!response.ok) throw new AppError('client.refused', describeFailure(method, path, response.status, text))
    return { body: (text === '' ? undefined : parseJson(text, url)) as T, headers: response.headers }
  }

  return {
    url,
    token,
    raw,
    get: async <T>(path: string, query: Query = {}) => (await call<T>('GET', withQuery(path, query))).body,
    post: async <T>(path: string, body?: unknown) => (await call<T>('POST', path, body ?? {})).body,
    put: async <T>(path: string, body?: unknown) => (await call<T>('PUT', path, body ?? {})).body,
    delete: async path => {
      await call('DELETE', path)
    },
    list: async <T>(path: string, query: Query = {}, limit = 1000) => {
      const items: T[] = []
      for (let page = '1'; page !== '' && items.length < limit; ) {
        const answer = await call<readonly T[]>(
          'GET',
          withQuery(path, { per_page: Math.min(100, limit), ...query, page }),
        )
        items.push(...answer.body)
        page = answer.headers.get('x-next-page') ?? ''
      }
      return items.slice(0, limit)
    },
  }
}

/** An id or full path as it stands in a URL. */
export function encodeKey(key: string | number): string {
  return encodeURIComponent(String(key))
}

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  if (given.length === 0) return path
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('client.unreadable', `${url} answered something that is no JSON: is it a Slipway server?`, {
      cause,
    })
  }
}

/** `404 Project Not Found`, `path: has already been taken`, … */
function describeFailure(method: Method, path: string, status: number, text: string): string {
  const words = wordsOf(text)
  if (status === 401) return 'the server does not accept the token: sign in again with `slipway login`'
  return words === '' ? `${method} ${path} was refused with ${status}` : words
}

function wordsOf(text: string): string {
  try {
    const { message, error, error_description } = JSON.parse(text) as Readonly<Record<string, unknown>>
    const said = message ?? error_description ?? error
    if (typeof said === 'string') return said
    if (typeof said !== 'object' || said === null) return ''
    return Object.entries(said)
      .map(([field, problems]) => `${field}: ${[problems].flat().join(', ')}`)
      .join('; ')
  } catch {
    return text.slice(0, 200) // a proxy's page, not ours
  }
}
