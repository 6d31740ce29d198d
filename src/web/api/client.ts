// Requests to the server's REST API. Refusals become ApiError with a sentence; a lost session leads to the sign-in page.
import { signal } from '@preact/signals'
import { ApiError, sentenceOf } from './api-error.ts'
import { reach } from './reach.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Query = Readonly<Record<string, string | number | boolean | undefined>>
export type RequestOptions = { readonly query?: Query; readonly body?: unknown; readonly signal?: AbortSignal }

export type Page<T> = {
  readonly items: readonly T[]
  /** Null: this was the last page. */
  readonly nextPage: number | null
  /** Null: the server did not count. */
  readonly total: number | null
}

/** Proves that a writing request comes from our own pages; the session's start hands it out. */
export const csrfToken = signal('')
/** Counts up when somebody must sign in to go on: strangers are told 404 of what they may not see. */
export const signedOut = signal(0)

export async function getJson<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return (await (await send('GET', path, options)).json()) as T
}

export async function getPage<T>(path: string, options: RequestOptions = {}): Promise<Page<T>> {
  const response = await send('GET', path, options)
  return {
    items: (await response.json()) as T[],
    nextPage: countIn(response, 'x-next-page'),
    total: countIn(response, 'x-total'),
  }
}

/** All pages, up to `limit` items. */
export async function getAll<T>(path: string, options: RequestOptions = {}, limit = 2000): Promise<readonly T[]> {
  const items: T[] = []
  let page: number | null = 1
  while (page !== null && items.length < limit) {
    const found: Page<T> = await getPage<T>(path, { ...options, query: { per_page: 100, ...options.query, page } })
    items.push(...found.items)
    page = found.nextPage
  }
  return items
}

export async function getText(path: string, options: RequestOptions = {}): Promise<string> {
  return (await send('GET', path, options)).text()
}

/** For answers without a body the result is null. */
export async function change<T>(
  method: Exclude<Method, 'GET'>,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const response = await send(method, path, options)
  const text = await response.text()
  return (text === '' ? null : JSON.parse(text)) as T
}

export function apiUrl(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(key, String(value))
  const text = search.toString()
  return `/api/v4/${path}${text === '' ? '' : `?${text}`}`
}

/** The path of a project's resource; projects are named by id or full path. */
export function projectUrl(project: string | number, rest = ''): string {
  return `projects/${encodeURIComponent(project)}${rest === '' ? '' : `/${rest}`}`
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  // Reading bears no header of its own: the browser takes what it fetched ahead only for a request that is quite alike.
  const headers: Record<string, string> = {}
  if (method !== 'GET') headers['x-csrf-token'] = csrfToken.value
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  const request: RequestInit = { method, headers, credentials: 'same-origin' }
  if (options.body !== undefined) request.body = JSON.stringify(options.body)
  if (options.signal !== undefined) request.signal = options.signal
  const response = await reach(apiUrl(path, options.query), request)
  if (response.ok) return response
  if (response.status === 401 || (response.status === 404 && csrfToken.value === '')) signedOut.value += 1
  throw new ApiError(response.status, sentenceOf(response.status, await response.json().catch(() => null)))
}

function countIn(response: Response, header: string): number | null {
  const text = response.headers.get(header)
  return text === null || text === '' ? null : Number(text)
}
