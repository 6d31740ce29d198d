// Garbage collection while everything goes on. Whatever may have lost its last use is in a review queue with a time; when
// that has come, one short transaction looks again, and keeps it or removes it. Nothing walks over the storage.
//
//   manifest due ──► held by a tag, an index, a subject? ──► kept
//                └─► removed; its blobs, children, referrers come up for review
//   blob due ──► needed by a manifest of its repository? ──► kept
//            └─► the repository's hold ends; held by none: marked ──► file gone ──► record gone
//
// Record before file: a crash between leaves a marked record (done next time), never a record without its file. A push of
// the same digest waits for the lock, and then either finds the mark gone or takes it away.
import type { BlobStorage, ReviewStore } from './ports.ts'
import type { Digest } from './reference.ts'
import { type Grace, reviewTime } from './review.ts'

export type Collected = { readonly manifests: number; readonly blobs: number; readonly bytes: number }

export type Collector = {
  /** Removes all that is due, step by step. `onProgress` hears the sums so far. */
  readonly collect: (signal: AbortSignal, onProgress?: (collected: Collected) => void) => Promise<Collected>
}

const stepEntries = 100

export function createCollector(deps: {
  readonly reviews: ReviewStore
  readonly storage: Pick<BlobStorage, 'delete'>
  readonly withDigest: <T>(digest: string, work: () => Promise<T>) => Promise<T>
  readonly grace: Grace
  readonly clock: () => number
}): Collector {
  const { reviews, storage, withDigest, grace, clock } = deps
  const now = () => new Date(clock()).toISOString()

  /** False: a push came first and wants it. */
  async function erase(digest: Digest): Promise<boolean> {
    return withDigest(digest, async () => {
      if (!(await reviews.isMarked(digest))) return false
      await storage.delete(digest)
      await reviews.forgetBlob(digest)
      return true
    })
  }

  return {
    async collect(signal, onProgress = () => {}) {
      const sums = { manifests: 0, blobs: 0, bytes: 0 }
      for (;;) {
        signal.throwIfAborted()
        const manifests = await reviews.reviewManifests(now(), reviewTime(clock(), grace.blobMs), stepEntries)
        const blobs = await reviews.reviewBlobs(now(), stepEntries)
        const marked = await reviews.markedBlobs(stepEntries)
        for (const { digest, sizeBytes } of marked) {
          signal.throwIfAborted()
          if (!(await erase(digest))) continue
          sums.blobs++
          sums.bytes += sizeBytes
        }
        sums.manifests += manifests.removed
        onProgress({ ...sums })
        if (manifests.looked + blobs.looked + marked.length === 0) return sums
      }
    },
  }
}
