// Where artifacts and caches are kept: rows in SQL, bytes as files. A row is written after its bytes are safe, and bytes
// are removed after their row is gone; what a crash leaves between the two is swept (`sweep.ts`).
import type { Readable } from 'node:stream'
import type { ArtifactRecord, CacheKey, CacheRecord, NewArtifact } from './records.ts'

export type ArtifactStore = {
  /** One of a type for each job: a later one replaces it. Answers the storage key that is free now. */
  readonly put: (artifact: NewArtifact) => Promise<{ readonly artifact: ArtifactRecord; readonly freed: string | null }>
  /** Those that are still there. */
  readonly ofJobs: (jobIds: readonly number[]) => Promise<readonly ArtifactRecord[]>
  readonly find: (jobId: number, type: string) => Promise<ArtifactRecord | null>
  /** Jobs among these that had an archive which is gone (expired, erased). */
  readonly goneArchives: (jobIds: readonly number[]) => Promise<ReadonlySet<number>>
  /** They do not expire any more; false: there are none. */
  readonly keep: (jobId: number) => Promise<boolean>
  readonly expired: (at: string, limit: number) => Promise<readonly ArtifactRecord[]>
  /** Of projects that are no more, whether they are kept or gone. */
  readonly orphans: (limit: number) => Promise<readonly ArtifactRecord[]>
  /** Marks them as gone. */
  readonly drop: (ids: readonly number[], at: string) => Promise<void>
  /** As if they had never been. */
  readonly forget: (ids: readonly number[]) => Promise<void>
  /** Bytes of a project's artifacts. */
  readonly usage: (projectId: number) => Promise<number>
}

export type CacheStore = {
  readonly find: (key: CacheKey) => Promise<CacheRecord | null>
  readonly touch: (key: CacheKey, at: string) => Promise<void>
  /** Answers the storage key that is free now. */
  readonly put: (cache: CacheRecord) => Promise<{ readonly freed: string | null }>
  /** Not used since `before`, beyond `maximumBytes` of their project by least use, or of projects that are no more. */
  readonly stale: (limits: {
    readonly before: string
    readonly maximumBytes: number
  }) => Promise<readonly CacheRecord[]>
  readonly drop: (key: CacheKey) => Promise<void>
}

export type ReceivedFile = { readonly storageKey: string; readonly sizeBytes: number; readonly sha256: string }

/** Bytes by a key that this chooses. Nothing is visible before it is whole and on the disk. */
export type ArtifactFiles = {
  /** @throws AppError `artifact_too_large` beyond `maximumBytes` */
  readonly receive: (
    place: { readonly folder: string; readonly extension: string },
    body: Readable,
    maximumBytes: number,
  ) => Promise<ReceivedFile>
  readonly open: (storageKey: string) => Promise<{ readonly stream: Readable; readonly sizeBytes: number } | null>
  /** For readers that jump about in it (zip). */
  readonly pathOf: (storageKey: string) => string
  readonly remove: (storageKey: string) => Promise<void>
}
