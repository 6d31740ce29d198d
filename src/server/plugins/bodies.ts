// Request bodies: JSON, and forms as curl sends them (`--data`, `--form`), with `a[b]` and `a[]` as GitLab reads them.
// Anything else reaches its handler as an untouched stream. What is named twice is refused, wherever it stands.

import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { badRequest, Denial } from './errors.ts'
import { repeatedKey, repeatedParameter } from './repeated-keys.ts'

const mostFormBytes = 4 * 1024 * 1024

export function addBodies(app: App): void {
  app.removeContentTypeParser(['text/plain', 'application/json'])
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Clients announce JSON with every request, also with those that have nothing to say.
    if (body === '') done(null, {})
    else void parseJson(request, String(body), (error, value) => done(error ?? mistakeOf(String(body)), value))
  })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, nestFields(new URLSearchParams(String(body))))
    } catch (error) {
      done(error as Error)
    }
  })
  app.addContentTypeParser('multipart/form-data', async (request: FastifyRequest, payload: Readable) => {
    const isForm = request.routeOptions.schema?.body !== undefined || request.method === 'DELETE'
    return isForm ? parseMultipart(request, payload) : payload
  })
  app.addContentTypeParser('*', async (_request: FastifyRequest, payload: Readable) => payload)
  app.addHook('preValidation', async request => {
    refuseRepeated(request)
    mergeQuery(request)
    mergeBody(request)
  })
}

function mistakeOf(json: string): Error | null {
  const key = repeatedKey(json)
  return key === null ? null : givenTwice(key)
}

function refuseRepeated(request: FastifyRequest): void {
  if (!request.url.startsWith('/api/')) return
  const schema = request.routeOptions.schema as { readonly body?: unknown; readonly querystring?: unknown } | undefined
  const name = repeatedParameter(request.query as Record<string, unknown>, [schema?.querystring, schema?.body])
  if (name !== null) throw givenTwice(name)
}

function givenTwice(name: string): Denial {
  return badRequest(`'${name.slice(0, 100)}' is given more than once`)
}

/** GitLab takes parameters of the body from the query as well, and its clients make use of that. */
function mergeQuery(request: FastifyRequest): void {
  const schema = request.routeOptions.schema as { readonly body?: unknown; readonly querystring?: unknown } | undefined
  const wanted = propertiesOf(schema?.body)
  if (wanted === null || request.method === 'GET' || !isFieldsOrNothing(request.body)) return
  const known = propertiesOf(schema?.querystring) ?? {}
  const query = Object.entries(nestFields(Object.entries(request.query as Record<string, unknown>)))
  const missing = query.filter(([name]) => name in wanted && !(name in known))
  // No body at all is one without parameters: what is missing from it, the schema tells.
  request.body = { ...Object.fromEntries(missing), ...(request.body as object | null | undefined) }
}

/** And the other way round: `curl --request DELETE --data …`, as GitLab's own pages have it. */
function mergeBody(request: FastifyRequest): void {
  const { querystring } = (request.routeOptions.schema ?? {}) as { readonly querystring?: unknown }
  const known = propertiesOf(querystring)
  if (request.method !== 'DELETE' || known === null || !isFieldsOrNothing(request.body)) return
  const given = Object.entries((request.body as object | null | undefined) ?? {}).filter(([name]) => name in known)
  request.query = { ...(request.query as object), ...Object.fromEntries(given) }
}

function isFieldsOrNothing(body: unknown): boolean {
  if (body === undefined || body === null) return true
  return typeof body === 'object' && !Array.isArray(body) && !(body instanceof Readable)
}

function propertiesOf(schema: unknown): Readonly<Record<string, unknown>> | null {
  return (schema as { readonly properties?: Readonly<Record<string, unknown>> } | undefined)?.properties ?? null
}

/** Fails with 400 where a name is given twice, or as one thing and as another. `a=1&b[]=2&b[]=3&c[d]=4` → `{ a: '1', b: ['2', '3'], c: { d: '4' } }`; lists of objects by `e[][f]=5`. */
export function nestFields(fields: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null)
  for (const [name, value] of fields) {
    const [first = '', ...inner] = name.split(/\[|\]\[|\]/).slice(0, name.includes('[') ? -1 : undefined)
    if ([first, ...inner].some(part => part === '__proto__' || part === 'constructor')) continue
    put(result, [first, ...inner], value)
  }
  return result
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', next, ...rest] = path
  if (next === undefined) {
    if (key in target) throw givenTwice(key)
    target[key] = value
  } else if (next === '' && rest.length === 0) {
    const known = target[key] ?? []
    if (!Array.isArray(known)) throw givenTwice(key)
    target[key] = [...known, value].flat()
  } else if (next === '') {
    const known = target[key] ?? []
    if (!Array.isArray(known)) throw givenTwice(key)
    target[key] = putInList(known, rest, value)
  } else {
    const inner = target[key] ?? Object.create(null)
    if (typeof inner !== 'object' || Array.isArray(inner)) throw givenTwice(key)
    target[key] = inner
    put(inner as Record<string, unknown>, [next, ...rest], value)
  }
}

/** `a[][key]=1&a[][value]=2&a[][key]=3`: a key that the last object has begins the next one, as with Rack. */
function putInList(list: readonly unknown[], path: readonly string[], value: unknown): readonly unknown[] {
  const last = list.at(-1)
  const [name = ''] = path
  const goesOn = typeof last === 'object' && last !== null && !(name in last)
  const item = (goesOn ? last : Object.create(null)) as Record<string, unknown>
  put(item, path, value)
  return goesOn ? list : [...list, item]
}

async function parseMultipart(request: FastifyRequest, payload: Readable): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > mostFormBytes) throw new Denial(413, '413 Request Entity Too Large')
    chunks.push(chunk)
  }
  const type = request.headers['content-type'] ?? ''
  try {
    const form = await new Response(Buffer.concat(chunks), { headers: { 'content-type': type } }).formData()
    const texts = await Promise.all(
      [...form].map(async ([name, value]) => [name, typeof value === 'string' ? value : await value.text()] as const),
    )
    return nestFields(texts)
  } catch (cause) {
    throw cause instanceof TypeError ? new Denial(400, '400 Bad request', 'the multipart form cannot be read') : cause
  }
}
