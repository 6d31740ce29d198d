// Blobs: HEAD, GET with ranges, DELETE (specification, end-2 and end-10).
import { RegistryError } from './errors.ts'
import { type Answer, answer, type Exchange, sendHead } from './exchange.ts'
import type { OpenRepository } from './gate.ts'
import type { BlobReader, BlobStorage, HeldBlob, ImageStore } from './ports.ts'
import { pour } from './pour.ts'
import { parseRange } from './ranges.ts'
import { type Digest, isDigest } from './reference.ts'
import { type Grace, isNearlyDue, reviewTime } from './review.ts'

export type BlobServer = {
  readonly get: (exchange: Exchange, repository: Pick<OpenRepository, 'place'>, digest: string) => Promise<Answer>
  readonly delete: (repository: OpenRepository, digest: string) => Promise<Answer>
}

export function createBlobServer(deps: {
  readonly store: ImageStore
  readonly storage: BlobStorage
  readonly grace: Grace
  readonly clock: () => number
}): BlobServer {
  const { store, storage, grace, clock } = deps

  /** The caller will count on the blob: its review is put off before the answer. */
  async function findBlob({ place }: Pick<OpenRepository, 'place'>, digest: Digest): Promise<HeldBlob> {
    const held = await store.blob(place, digest)
    if (held === null) throw new RegistryError('BLOB_UNKNOWN', undefined, { detail: { digest } })
    if (isNearlyDue(held.reviewAfter, clock(), grace.blobMs)) {
      await store.renewBlob(place, digest, reviewTime(clock(), grace.blobMs))
    }
    return held
  }

  /** A file that is not as long as its record says is damaged, and is never served. */
  async function openWhole(
    { place }: Pick<OpenRepository, 'place'>,
    digest: Digest,
    held: HeldBlob,
  ): Promise<BlobReader> {
    const reader = await storage.open(digest)
    if (reader === null) {
      if ((await store.blob(place, digest)) === null) throw new RegistryError('BLOB_UNKNOWN') // collected just now
      throw new Error(`blob ${digest} is recorded, but its file is missing`)
    }
    if (reader.sizeBytes === held.sizeBytes) return reader
    await reader.close()
    throw new Error(`blob ${digest} has ${reader.sizeBytes} bytes on disk instead of ${held.sizeBytes}`)
  }

  return {
    async get(exchange, repository, text) {
      const digest = digestIn(text)
      const held = await findBlob(repository, digest)
      const headers = headersOf(digest)
      if (exchange.request.headers['if-none-match'] === headers.ETag) return answer(304, headers)
      if (exchange.method === 'HEAD') return answer(200, { ...headers, 'Content-Length': held.sizeBytes })
      const range = rangeOf(exchange, headers.ETag, held.sizeBytes)
      if (range.kind === 'unsatisfiable') {
        throw new RegistryError('RANGE_INVALID', 'requested range not satisfiable', {
          headers: { 'Content-Range': `bytes */${held.sizeBytes}` },
        })
      }
      const reader = await openWhole(repository, digest, held)
      try {
        if (range.kind === 'part') {
          const { first, last } = range
          sendHead(exchange, 206, {
            ...headers,
            'Content-Length': last - first + 1,
            'Content-Range': `bytes ${first}-${last}/${held.sizeBytes}`,
          })
          await pour(exchange.response, reader, range)
        } else {
          sendHead(exchange, 200, { ...headers, 'Content-Length': held.sizeBytes })
          await pour(exchange.response, reader, { first: 0, last: held.sizeBytes - 1 })
        }
      } finally {
        await reader.close()
      }
      exchange.response.end()
      return { kind: 'streamed' }
    },

    async delete(repository, text) {
      const digest = digestIn(text)
      const outcome = await store.dropBlob(repository.place, digest)
      if (outcome === 'unknown') throw new RegistryError('BLOB_UNKNOWN', undefined, { detail: { digest } })
      if (outcome === 'needed')
        throw new RegistryError('UNSUPPORTED', 'a manifest of this repository needs the blob; delete that first')
      return answer(202)
    },
  }
}

export function digestIn(text: string): Digest {
  if (!isDigest(text))
    throw new RegistryError('DIGEST_INVALID', `'${text.slice(0, 100)}' is not a sha256 or sha512 digest`)
  return text
}

function headersOf(digest: Digest) {
  return {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': digest,
    ETag: `"${digest}"`,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, max-age=31536000, immutable',
  } as const
}

function rangeOf({ request }: Exchange, etag: string, sizeBytes: number) {
  const condition = request.headers['if-range']
  const isStale = condition !== undefined && condition !== etag
  return parseRange(isStale ? undefined : request.headers.range, sizeBytes)
}
