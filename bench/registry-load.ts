// The load that registries are measured with: pushes, pulls, manifests, tags, over kept connections, with a token where one
// is asked for. It works against any registry.
import { createHash, randomBytes } from 'node:crypto'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly sizeBytes: number
}
export type Send = (method: string, path: string, options?: SendOptions) => Promise<Answer>
export type SendOptions = {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** Sends these instead, chunked, as fast as the other side takes them. */
  readonly pieces?: Iterable<Buffer>
  /** Counts the answer's bytes instead of keeping them. */
  readonly discard?: boolean
}

export type Load = { readonly send: Send; readonly close: () => void }
export type Login = { readonly tokenUrl: string; readonly authorization: string }

/** @param login null: the registry asks for none */
export async function openLoad(url: string, repository: string, login: Login | null): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const token = login === null ? null : await fetchToken(login, repository)
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  const send: Send = (method, path, options = {}) =>
    exchange(agent, new URL(path, url), method, { ...authorization, ...options.headers }, options)
  return { send, close: () => agent.destroy() }
}

async function fetchToken({ tokenUrl, authorization }: Login, repository: string): Promise<string> {
  const query = new URLSearchParams({ service: 'container_registry', scope: `repository:${repository}:pull,push` })
  const response = await fetch(`${tokenUrl}?${query}`, { headers: { authorization } })
  if (response.status !== 200) throw new Error(`the token endpoint said ${response.status}`)
  return ((await response.json()) as { readonly token: string }).token
}

function exchange(
  agent: Agent,
  url: URL,
  method: string,
  headers: Record<string, string>,
  options: SendOptions,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, response => {
      const chunks: Buffer[] = []
      let sizeBytes = 0
      response.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length
        if (options.discard !== true) chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks), sizeBytes })
      })
    })
    outgoing.on('error', reject)
    if (options.pieces === undefined) outgoing.end(options.body)
    else pump(outgoing, options.pieces[Symbol.iterator]())
  })
}

function pump(outgoing: ReturnType<typeof request>, pieces: Iterator<Buffer>): void {
  for (let next = pieces.next(); !next.done; next = pieces.next()) {
    if (outgoing.write(next.value)) continue
    outgoing.once('drain', () => pump(outgoing, pieces))
    return
  }
  outgoing.end()
}

// What is done ---------------------------------------------------------------------------------------------------------

export type Blob = { readonly bytes: Buffer; readonly digest: string }

export function blobOf(bytes: Buffer): Blob {
  return { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` }
}

const octets = { 'content-type': 'application/octet-stream' }

export async function pushWhole({ send }: Load, repository: string, blob: Blob): Promise<void> {
  const started = expect(await send('POST', `/v2/${repository}/blobs/uploads/`), 202)
  expect(await send('PUT', withDigest(started, blob.digest), { headers: octets, body: blob.bytes }), 201)
}

export async function pushChunked({ send }: Load, repository: string, blob: Blob, chunkBytes: number): Promise<void> {
  let last = expect(await send('POST', `/v2/${repository}/blobs/uploads/`), 202)
  for (let at = 0; at < blob.bytes.length; at += chunkBytes) {
    const body = blob.bytes.subarray(at, at + chunkBytes)
    const headers = { ...octets, 'content-range': `${at}-${at + body.length - 1}` }
    last = expect(await send('PATCH', locationOf(last), { headers, body }), 202)
  }
  expect(await send('PUT', withDigest(last, blob.digest)), 201)
}

/** A blob of any size that is never in memory. */
export async function pushStream({ send }: Load, repository: string, pieces: () => Iterable<Buffer>): Promise<number> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  function* hashed(): Iterable<Buffer> {
    for (const piece of pieces()) {
      hash.update(piece)
      sizeBytes += piece.length
      yield piece
    }
  }
  const started = expect(await send('POST', `/v2/${repository}/blobs/uploads/`), 202)
  const patched = expect(await send('PATCH', locationOf(started), { headers: octets, pieces: hashed() }), 202)
  expect(await send('PUT', withDigest(patched, `sha256:${hash.digest('hex')}`)), 201)
  return sizeBytes
}

export async function pullBlob({ send }: Load, repository: string, blob: Blob): Promise<void> {
  const answer = expect(await send('GET', `/v2/${repository}/blobs/${blob.digest}`, { discard: true }), 200)
  if (answer.sizeBytes !== blob.bytes.length) throw new Error(`a pull gave ${answer.sizeBytes} bytes`)
}

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** Pushes what a small image needs, and gives its manifest. */
export async function prepareImage(load: Load, repository: string): Promise<Buffer> {
  const config = blobOf(
    Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', nonce: randomBytes(8).toString('hex') })),
  )
  const layer = blobOf(randomBytes(4096))
  for (const blob of [config, layer]) await pushWhole(load, repository, blob)
  const describe = ({ digest, bytes }: Blob, mediaType: string) => ({ mediaType, digest, size: bytes.length })
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: describe(config, 'application/vnd.oci.image.config.v1+json'),
      layers: [describe(layer, 'application/vnd.oci.image.layer.v1.tar+gzip')],
    }),
  )
}

export async function putTag({ send }: Load, repository: string, tag: string, manifest: Buffer): Promise<void> {
  expect(
    await send('PUT', `/v2/${repository}/manifests/${tag}`, {
      headers: { 'content-type': manifestType },
      body: manifest,
    }),
    201,
  )
}

export async function getTag({ send }: Load, repository: string, tag: string): Promise<void> {
  expect(await send('GET', `/v2/${repository}/manifests/${tag}`, { headers: { accept: manifestType } }), 200)
}

/** Old registries do not know `n`, and list all. */
export async function listTags({ send }: Load, repository: string, count: number): Promise<void> {
  const { body } = expect(await send('GET', `/v2/${repository}/tags/list?n=${count}`), 200)
  const { tags } = JSON.parse(body.toString()) as { readonly tags: readonly string[] }
  if (tags.length < count) throw new Error(`${tags.length} tags were listed instead of ${count}`)
}

/** Runs `work` for 0 … count - 1, `atOnce` at a time; the latencies in ms, sorted. */
export async function inParallel(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<readonly number[]> {
  const latenciesMs: number[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      const startedAt = performance.now()
      await work(index)
      latenciesMs.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return latenciesMs.sort((left, right) => left - right)
}

function expect(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer
  throw new Error(`expected ${status}, found ${answer.status}: ${answer.body.toString().slice(0, 300)}`)
}

function locationOf({ headers }: Answer): string {
  if (headers.location === undefined) throw new Error('an answer has no Location')
  return headers.location
}

function withDigest(answer: Answer, digest: string): string {
  const location = locationOf(answer)
  return `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`
}
