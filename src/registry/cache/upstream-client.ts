// A client of another registry: the token flow, manifests, blobs. What goes wrong there is told in one sentence; its limits
// of rate are passed on.
import { messageOf } from '../../kit/errors.ts'
import { RegistryError } from '../errors.ts'
import { maxManifestBytes } from '../manifest.ts'
import { bareMediaType, isManifestMediaType, manifestKinds } from '../media-types.ts'
import type { Digest } from '../reference.ts'
import type { CachedManifest, Upstream } from './ports.ts'
import { createUpstreamLimits } from './upstream-limits.ts'
import { verifiedManifest } from './verified-manifest.ts'

export type UpstreamClient = {
  /** The digest that a tag has there now; null: there is none. */
  readonly head: (image: string, tag: string, signal: AbortSignal) => Promise<Digest | null>
  /** Null: there is none. */
  readonly manifest: (image: string, reference: string, signal: AbortSignal) => Promise<CachedManifest | null>
  readonly blob: (image: string, digest: Digest, signal: AbortSignal) => Promise<UpstreamBlob | null>
  /** The headers in which it last told its limits. */
  readonly limits: () => Readonly<Record<string, string>>
}
export type UpstreamBlob = { readonly sizeBytes: number | null; readonly body: AsyncIterable<Buffer> }

const accept = Object.keys(manifestKinds).join(', ')
const answerWithinMs = 30_000
const maxKnown = 1000

export function createUpstreamClient(
  upstream: Upstream,
  clock: () => number,
  send: typeof fetch = fetch,
): UpstreamClient {
  const limits = createUpstreamLimits(upstream.name, clock)
  /** Headers by image; one that has expired is answered with 401, and made anew. */
  const known = new Map<string, string>()

  async function ask(
    method: 'GET' | 'HEAD',
    image: string,
    path: string,
    signal: AbortSignal,
  ): Promise<Response | null> {
    limits.check()
    const url = new URL(`/v2/${image}/${path}`, upstream.url)
    let response = await request(url, method, known.get(image) ?? null, signal)
    if (response.status === 401) {
      await response.body?.cancel()
      response = await request(url, method, await authorize(image, response, signal), signal)
    }
    limits.note(response)
    if (response.ok) return response
    await response.body?.cancel()
    if (response.status === 404) return null
    limits.check()
    throw refusal(upstream, response)
  }

  async function request(
    url: URL,
    method: string,
    authorization: string | null,
    signal: AbortSignal,
  ): Promise<Response> {
    const headers = { accept, ...(authorization === null ? {} : { authorization }) }
    try {
      return await send(url, { method, headers, signal })
    } catch (cause) {
      throw new RegistryError(
        'UNAVAILABLE',
        `the registry ${upstream.name} (${url.host}) does not answer: ${messageOf(cause)}`,
        { cause },
      )
    }
  }

  /** The header's value for this image, by what the 401 asks for. */
  async function authorize(image: string, { headers }: Response, signal: AbortSignal): Promise<string | null> {
    const challenge = headers.get('www-authenticate') ?? ''
    const basic = basicOf(upstream)
    if (!/^bearer /i.test(challenge)) return basic
    const parameter = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1]
    const realm = new URL(parameter('realm') ?? '', upstream.url)
    const service = parameter('service')
    if (basic !== null && realm.protocol === 'http:' && upstream.url.startsWith('https:'))
      throw new RegistryError('DENIED', `the registry ${upstream.name} asks for its password without encryption`)
    if (service !== undefined) realm.searchParams.set('service', service)
    realm.searchParams.set('scope', `repository:${image}:pull`)
    const response = await request(realm, 'GET', basic, signal)
    if (!response.ok) {
      await response.body?.cancel()
      throw refusal(upstream, response)
    }
    const { token, access_token } = (await response.json()) as {
      readonly token?: string
      readonly access_token?: string
    }
    const authorization = `Bearer ${token ?? access_token ?? ''}`
    if (known.size >= maxKnown) known.clear()
    known.set(image, authorization)
    return authorization
  }

  return {
    limits: limits.known,

    async head(image, tag, signal) {
      const response = await ask('HEAD', image, `manifests/${tag}`, within(signal))
      return (response?.headers.get('docker-content-digest') as Digest | null | undefined) ?? null
    },

    async manifest(image, reference, signal) {
      const response = await ask('GET', image, `manifests/${reference}`, within(signal))
      if (response === null) return null
      const payload = Buffer.from(await response.arrayBuffer())
      const mediaType = bareMediaType(response.headers.get('content-type') ?? '')
      if (payload.byteLength > maxManifestBytes || !isManifestMediaType(mediaType)) {
        throw new RegistryError(
          'UNAVAILABLE',
          `the registry ${upstream.name} has no manifest that is served here under ${image}:${reference}`,
        )
      }
      return verifiedManifest(reference, mediaType, payload)
    },

    async blob(image, digest, signal) {
      const response = await ask('GET', image, `blobs/${digest}`, signal)
      if (response === null || response.body === null) return null
      const length = response.headers.get('content-length')
      return { sizeBytes: length === null ? null : Number(length), body: buffersOf(response.body) }
    },
  }
}

function within(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
}

async function* buffersOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of body) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}

function basicOf({ username, password }: Upstream): string | null {
  if (username === null || password === null) return null
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** A refusal of the credentials as it is; anything else is the upstream's trouble. */
function refusal(upstream: Upstream, response: Response): RegistryError {
  if (response.status === 401 || response.status === 403) {
    return new RegistryError('DENIED', `the registry ${upstream.name} does not let this server pull that`)
  }
  return new RegistryError('UNAVAILABLE', `the registry ${upstream.name} answered ${response.status}`)
}
