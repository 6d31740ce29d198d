// Compares storage and records, slowly and rarely. A crash between a blob's rename and its record leaves a file that nobody
// knows: it goes once it is older than any commit can take. Uploads that stand still go too. What is damaged is reported.
import { createHash } from 'node:crypto'
import type { BlobReader, BlobStorage, ReviewStore } from './ports.ts'
import { algorithmOf, type Digest, hexOf } from './reference.ts'
import type { Uploads } from './uploads.ts'

export type Swept = { readonly orphans: number; readonly uploads: number; readonly bytes: number }

export type Damage =
  | { readonly kind: 'missing'; readonly digest: Digest }
  | { readonly kind: 'wrong_size'; readonly digest: Digest; readonly sizeBytes: number; readonly expectedBytes: number }
  | { readonly kind: 'wrong_digest'; readonly digest: Digest; readonly found: string }
export type Verified = { readonly blobs: number; readonly bytes: number; readonly damaged: readonly Damage[] }

export type Sweeper = {
  /** Removes files without a record and uploads without activity. */
  readonly sweep: (signal: AbortSignal) => Promise<Swept>
  /** Reads every blob. `onProgress` hears of each, so that a caller can show it. */
  readonly verify: (signal: AbortSignal, onProgress: (verified: Verified) => void) => Promise<Verified>
}

const stepEntries = 200
const readBytes = 1024 * 1024

export function createSweeper(deps: {
  readonly reviews: ReviewStore
  readonly storage: BlobStorage
  readonly uploads: Pick<Uploads, 'purge'>
  readonly withDigest: <T>(digest: string, work: () => Promise<T>) => Promise<T>
  /** Files and uploads younger than this are left alone. */
  readonly minAgeMs: number
  readonly clock: () => number
}): Sweeper {
  const { reviews, storage, uploads, withDigest, minAgeMs, clock } = deps

  /** Asked again under the lock: a push may have come in between. */
  async function removeIfOrphan(digest: Digest): Promise<boolean> {
    return withDigest(digest, async () => {
      if ((await reviews.recorded([digest])).has(digest)) return false
      await storage.delete(digest)
      return true
    })
  }

  async function sweepBlobs(signal: AbortSignal) {
    let orphans = 0
    let bytes = 0
    for await (const step of inSteps(storage.blobs())) {
      signal.throwIfAborted()
      const old = step.filter(blob => blob.storedAt.getTime() <= clock() - minAgeMs)
      const recorded = await reviews.recorded(old.map(blob => blob.digest))
      for (const blob of old.filter(({ digest }) => !recorded.has(digest))) {
        if (!(await removeIfOrphan(blob.digest))) continue
        orphans++
        bytes += blob.sizeBytes
      }
    }
    return { orphans, bytes }
  }

  return {
    async sweep(signal) {
      const blobs = await sweepBlobs(signal)
      const purged = await uploads.purge(new Date(clock() - minAgeMs))
      return { orphans: blobs.orphans, uploads: purged.count, bytes: blobs.bytes + purged.bytes }
    },

    async verify(signal, onProgress) {
      const damaged: Damage[] = []
      let blobs = 0
      let bytes = 0
      for (let after = ''; ; ) {
        const step = await reviews.blobsAfter(after, stepEntries)
        for (const blob of step) {
          signal.throwIfAborted()
          const damage = await inspect(storage, blob.digest, blob.sizeBytes)
          if (damage !== null && (await reviews.recorded([blob.digest])).has(blob.digest)) damaged.push(damage)
          blobs++
          bytes += blob.sizeBytes
          onProgress({ blobs, bytes, damaged: [...damaged] })
        }
        const last = step.at(-1)
        if (last === undefined) return { blobs, bytes, damaged }
        after = last.digest
      }
    },
  }
}

async function inspect(storage: BlobStorage, digest: Digest, expectedBytes: number): Promise<Damage | null> {
  const reader = await storage.open(digest)
  if (reader === null) return { kind: 'missing', digest }
  try {
    if (reader.sizeBytes !== expectedBytes)
      return { kind: 'wrong_size', digest, sizeBytes: reader.sizeBytes, expectedBytes }
    const found = await hashOf(reader, digest)
    return found === hexOf(digest) ? null : { kind: 'wrong_digest', digest, found }
  } finally {
    await reader.close()
  }
}

async function hashOf(reader: BlobReader, digest: Digest): Promise<string> {
  const hash = createHash(algorithmOf(digest))
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(readBytes, reader.sizeBytes)))
  for (let at = 0; ; ) {
    const bytes = await reader.read(buffer, at, buffer.length)
    if (bytes === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, bytes))
    at += bytes
  }
}

async function* inSteps<T>(source: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let step: T[] = []
  for await (const item of source) {
    step.push(item)
    if (step.length < stepEntries) continue
    yield step
    step = []
  }
  if (step.length > 0) yield step
}
