// One request and its answer. Handlers return an `Answer`; only a blob's bytes are streamed by the handler itself.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Visitor } from '../kit/visitor.ts'
import { RegistryError } from './errors.ts'
import { freeChunk } from './pieces.ts'

export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  readonly query: URLSearchParams
  readonly visitor: Visitor
}

export type Answer =
  | {
      readonly kind: 'whole'
      readonly status: number
      readonly headers: Readonly<Record<string, string | number>>
      readonly body: string | Uint8Array | null
    }
  /** The handler has written it. */
  | { readonly kind: 'streamed' }

/** The scopes of a token, and the tags that a manifest gets. */
const several = new Set(['scope', 'tag'])

/** Only those may be several: a digest or a source that is named twice would be checked as one and taken as the other. */
export function refuseRepeated(fields: URLSearchParams): void {
  const names = [...fields.keys()].filter(name => !several.has(name))
  const name = names.find((each, index) => names.indexOf(each) !== index)
  if (name !== undefined) throw new RegistryError('QUERY_INVALID', `'${name.slice(0, 100)}' is given more than once`)
}

export function answer(
  status: number,
  headers: Readonly<Record<string, string | number>> = {},
  body: string | Uint8Array | null = null,
): Answer {
  return { kind: 'whole', status, headers, body }
}

export function jsonAnswer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return answer(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers }, JSON.stringify(value))
}

/** Old docker and some proxies look for the version header on every answer. */
const versionHeaders = {
  'Docker-Distribution-API-Version': 'registry/2.0',
  'X-Content-Type-Options': 'nosniff',
} as const

export function send(
  { request, response }: Exchange,
  { status, headers, body }: Extract<Answer, { kind: 'whole' }>,
): void {
  const length = body === null ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
  const hasOwnLength = Object.hasOwn(headers, 'Content-Length') || status === 204 || status === 304
  const isEarly = !request.complete && mayBeLong(request)
  response.writeHead(status, {
    ...versionHeaders,
    ...(hasOwnLength ? {} : { 'Content-Length': length }),
    ...headers,
    ...(isEarly ? { Connection: 'close' } : {}),
  })
  const sent = request.method === 'HEAD' ? null : body
  if (!isEarly) {
    response.end(sent)
    return
  }
  if (sent === null) response.flushHeaders()
  else response.write(sent)
  discardRest(request, () => response.end())
}

/** The headers for what is streamed. */
export function sendHead(
  { response }: Exchange,
  status: number,
  headers: Readonly<Record<string, string | number>>,
): void {
  response.writeHead(status, { ...versionHeaders, ...headers })
}

const maxDiscardedBytes = 1024 * 1024
const patienceMs = 2000

/** Short bodies are read away by the server, and the connection is kept. */
function mayBeLong({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return length === undefined ? headers['transfer-encoding'] !== undefined : Number(length) > maxDiscardedBytes
}

/**
 * The answer to a body that was not read stands before its end. Closing at once would reset the connection, and the client
 * would see a broken pipe instead of our words; so it may send some more, and has a moment to read, before `done` closes.
 */
function discardRest(request: IncomingMessage, done: () => void): void {
  let discarded = 0
  const cut = setTimeout(done, patienceMs)
  request.once('close', () => {
    clearTimeout(cut)
    done()
  })
  request.once('end', done)
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length
    if (discarded > maxDiscardedBytes) request.pause()
  })
  request.resume()
}

/** The body's chunks. Ending the loop early leaves the connection open, so that the refusal can be answered. */
export function bodyOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
}

/** The same; a chunk's memory is freed when the next one is asked for. */
export async function* fleetingBodyOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  for await (const chunk of bodyOf(request)) {
    yield chunk
    freeChunk(chunk)
  }
}

/** Reads a small body whole. @throws RegistryError with `tooLarge` as its code when it is larger */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  tooLarge: 'MANIFEST_TOO_LARGE' | 'SIZE_INVALID',
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new RegistryError(tooLarge)
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of bodyOf(request)) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes) throw new RegistryError(tooLarge)
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}
