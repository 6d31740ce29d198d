// What the runner needs from outside. The order of calls for one job: `next` (a slot is reserved) → `claim` → `begin`
// → any number of `appendTrace` → artifacts and caches → `appendTrace` of the last byte → `update` with the end.
import type { JobPayload, JobUpdate } from '../run/protocol.ts'

export type Clock = {
  /** Milliseconds since the epoch, for what people read. */
  readonly nowMs: () => number
  /** Milliseconds that only grow, for durations and deadlines. */
  readonly monotonicMs: () => number
  /** Resolves after `durationMs`; rejects with the signal's reason. */
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>
}

/**
 * Says that there may be a job. The daemon calls `next` only with a slot reserved, one call at a time for each free slot;
 * several calls may wait at once. An entry that was answered is used up: whoever got it claims, or the server puts it
 * back. `jobId` null: claim whatever there is. An intake that claims by itself gives the payload at once. Rejects with
 * the signal's reason; then no entry was taken.
 */
export type Intake = {
  readonly next: (signal: AbortSignal) => Promise<{ readonly jobId: number | null; readonly payload?: JobPayload }>
  readonly close: () => Promise<void>
}

/** Tells at once that a job is to be canceled. Only speed: the answers of heartbeat and trace say it too. */
export type CancelFeed = {
  readonly listen: (onCancel: (jobId: number) => void) => Promise<{ readonly close: () => Promise<void> }>
}

/** Where Redis is, for a runner host that is given it; null: work by HTTP alone. */
export type RunnerDescription = {
  readonly id: number
  readonly tags: readonly string[]
  readonly redis: { readonly url: string; readonly prefix: string } | null
  /** The classes of demand that this runner can serve now; new ones are announced on Redis. */
  readonly classes: readonly string[]
}

/** Names one claimed job to the server. The token fences: after the lease's end every call answers `stale`. */
export type LeaseKey = { readonly jobId: number; readonly lease: number; readonly leaseToken: string }

/** `canceling`: the server asks the runner to cancel. `stale`: the lease is over; stop and say nothing more. */
export type JobWord = 'running' | 'canceling' | 'stale'

export type TraceAnswer =
  | { readonly kind: 'accepted'; readonly endByte: number; readonly word: JobWord }
  /** 416: the server has bytes up to `endByte`; go on from there. */
  | { readonly kind: 'gap'; readonly endByte: number }
  | { readonly kind: 'stale' }

export type ArtifactUpload = {
  readonly type: string
  readonly format: 'zip' | 'gzip' | 'raw'
  readonly filename: string
  readonly expireIn: string | null
  readonly sizeBytes: number
  /** Opened anew for every try. */
  readonly open: () => NodeJS.ReadableStream
}

export type CacheUpload = {
  readonly cacheKey: string
  readonly digest: string
  readonly sizeBytes: number
  readonly open: () => NodeJS.ReadableStream
}

export type CacheDownload = {
  readonly stream: NodeJS.ReadableStream
  /** Hex, of the bytes that were kept; null: the server does not tell. */
  readonly sha256: string | null
}

export type ArtifactAnswer =
  | { readonly kind: 'stored' }
  | { readonly kind: 'refused'; readonly message: string; readonly tooLarge: boolean }
  | { readonly kind: 'stale' }

/**
 * The server, by HTTP. Every call may be repeated: `claim` by its nonce, `begin` and `update` because the same words
 * twice change nothing, `appendTrace` by its offsets. A call that cannot reach the server throws `AppError`
 * `server_unreachable`; the caller goes on trying, it never gives the job up for that.
 */
export type ServerClient = {
  readonly describe: (signal: AbortSignal) => Promise<RunnerDescription>
  readonly claim: (
    wish: { readonly nonce: string; readonly jobId: number | null },
    signal: AbortSignal,
  ) => Promise<JobPayload | null>
  /** GitLab's way: waits a while for a job; null: none came. An answer that is lost is a lease that nobody keeps. */
  readonly request: (signal: AbortSignal) => Promise<JobPayload | null>
  readonly heartbeat: (
    leases: readonly LeaseKey[],
    signal: AbortSignal,
  ) => Promise<{ readonly ended: readonly number[]; readonly canceling: readonly number[] }>
  /** The durable mark that the script is about to run. Only after `begun` may a byte of it reach the shell. */
  readonly begin: (key: LeaseKey, signal: AbortSignal) => Promise<'begun' | 'stale'>
  readonly appendTrace: (
    key: LeaseKey,
    chunk: { readonly startByte: number; readonly bytes: Uint8Array },
    signal: AbortSignal,
  ) => Promise<TraceAnswer>
  readonly update: (key: LeaseKey, update: JobUpdate, signal: AbortSignal) => Promise<'accepted' | 'stale'>
  readonly uploadArtifact: (key: LeaseKey, upload: ArtifactUpload, signal: AbortSignal) => Promise<ArtifactAnswer>
  /** The archive of another job; null when it has none (expired, erased). */
  readonly downloadArtifact: (
    jobId: number,
    token: string,
    signal: AbortSignal,
  ) => Promise<NodeJS.ReadableStream | null>
  /** The digest that the cache was uploaded with; null: there is none. */
  readonly cacheDigest: (key: LeaseKey, cacheKey: string, signal: AbortSignal) => Promise<string | null>
  readonly downloadCache: (key: LeaseKey, cacheKey: string, signal: AbortSignal) => Promise<CacheDownload | null>
  readonly uploadCache: (key: LeaseKey, cache: CacheUpload, signal: AbortSignal) => Promise<void>
}
