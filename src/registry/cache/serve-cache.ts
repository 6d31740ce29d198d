// Serves cached images: a manifest from the records or the upstream; a blob from the storage, or from the upstream to the
// client and the storage at the same time.
import type { ServerResponse } from 'node:http'
import { RegistryError } from '../errors.ts'
import { type Answer, answer, type Exchange, sendHead } from '../exchange.ts'
import type { ImageStore } from '../ports.ts'
import { type Digest, isDigest } from '../reference.ts'
import { isNearlyDue, reviewTime } from '../review.ts'
import type { BlobServer } from '../serve-blobs.ts'
import type { Uploads } from '../uploads.ts'
import { placeOfCached } from './cache-name.ts'
import type { CachedImage, PullThrough } from './pull-through.ts'
import type { UpstreamBlob } from './upstream-client.ts'

export type CacheServer = {
  readonly manifest: (exchange: Exchange, cached: CachedImage, reference: string) => Promise<Answer>
  readonly blob: (exchange: Exchange, cached: CachedImage, digest: string) => Promise<Answer>
}

export function createCacheServer(deps: {
  readonly pullThrough: PullThrough
  readonly store: ImageStore
  readonly uploads: Uploads
  readonly blobs: BlobServer
  /** For so long a blob stays after it was last asked for. */
  readonly keptMs: number
  readonly clock: () => number
}): CacheServer {
  const { pullThrough, store, uploads, blobs, keptMs, clock } = deps
  const now = () => new Date(clock()).toISOString()

  async function fetchBlob(
    exchange: Exchange,
    cached: CachedImage,
    digest: Digest,
    blob: UpstreamBlob,
  ): Promise<Answer> {
    const { response, method } = exchange
    const headers = { 'Content-Type': 'application/octet-stream', 'Docker-Content-Digest': digest, ETag: `"${digest}"` }
    const isWhole = method === 'GET' && exchange.request.headers.range === undefined && blob.sizeBytes !== null
    if (isWhole) sendHead(exchange, 200, { ...headers, 'Content-Length': blob.sizeBytes ?? 0 })
    const { id: repositoryId } = await store.ensureRepository(placeOfCached(cached), now())
    const { id } = await uploads.start(repositoryId, 'cache', digest.startsWith('sha512:') ? 'sha512' : 'sha256')
    const key = { repositoryId, id }
    const passing = isWhole ? passOn(response, blob.body) : { body: blob.body, rest: noBytes }
    const record = (sizeBytes: number) =>
      store.addBlob({ repositoryId, digest, sizeBytes, now: now(), reviewAfter: reviewTime(clock(), keptMs) })
    try {
      await uploads.finish(key, { body: passing.body, range: null, mayGrowTo: () => {} }, { digest, record })
    } catch (error) {
      await uploads.cancel(key)
      throw error
    }
    if (!isWhole) return fromStorage(exchange, cached, digest)
    response.end(passing.rest())
    return { kind: 'streamed' }
  }

  async function fromStorage(exchange: Exchange, cached: CachedImage, digest: Digest): Promise<Answer> {
    const place = placeOfCached(cached)
    const held = await store.blob(place, digest)
    if (held !== null && isNearlyDue(held.reviewAfter, clock(), keptMs))
      await store.renewBlob(place, digest, reviewTime(clock(), keptMs))
    return blobs.get(exchange, { place }, digest)
  }

  return {
    async manifest(exchange, cached, reference) {
      const { digest, mediaType, payload } = await pullThrough.manifest(cached, reference)
      const etag = `"${digest}"`
      const limits = pullThrough.limits(cached.upstream)
      const headers = { ...limits, 'Docker-Content-Digest': digest, ETag: etag, 'Content-Type': mediaType }
      if (exchange.request.headers['if-none-match'] === etag) return answer(304, headers)
      return answer(200, { ...headers, 'Content-Length': payload.byteLength }, payload)
    },

    async blob(exchange, cached, digest) {
      if (!isDigest(digest)) throw new RegistryError('DIGEST_INVALID')
      const isKept = async () => (await store.blob(placeOfCached(cached), digest)) !== null
      if (await isKept()) return fromStorage(exchange, cached, digest)
      return pullThrough.inTurn(digest, async () => {
        if (await isKept()) return fromStorage(exchange, cached, digest) // somebody else has just fetched it
        const blob = await pullThrough.blob(cached, digest)
        if (blob === null) throw new RegistryError('BLOB_UNKNOWN')
        return fetchBlob(exchange, cached, digest, blob)
      })
    },
  }
}

/**
 * Passes chunks on to the client as well, each when the next one comes: the last is held back until the digest is known to
 * be right, so that a wrong blob never looks whole. When the client goes away, the fetch goes on for those who come later.
 */
function passOn(response: ServerResponse, body: AsyncIterable<Buffer>) {
  let held: Buffer = Buffer.alloc(0)
  async function* passed(): AsyncGenerator<Buffer> {
    for await (const chunk of body) {
      if (held.length > 0 && !response.destroyed && !response.write(held)) await drained(response)
      held = chunk
      yield chunk
    }
  }
  return { body: passed(), rest: () => held }
}

function noBytes(): Buffer {
  return Buffer.alloc(0)
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}
