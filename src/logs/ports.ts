// Where the traces of jobs are kept: masked bytes, in the order of their offsets.
import type { Readable } from 'node:stream'

/** Who writes: a requeued job keeps its id and gets a new lease, and begins its trace anew. */
export type TraceKey = { readonly jobId: number; readonly lease: number }

/** Offsets `[start, end)`. */
export type ByteRange = { readonly start: number; readonly end: number }

export type TraceAppend =
  /** `fresh`: the bytes that readers did not have before, and where they stand; may be empty. */
  | {
      readonly kind: 'appended'
      /** Bytes taken from the writer: its next chunk starts here. */
      readonly received: number
      readonly fresh: { readonly start: number; readonly bytes: Uint8Array }
    }
  /** The chunk begins behind what is known; nothing was written. */
  | { readonly kind: 'gap'; readonly received: number }
  /** A newer lease has begun to write; nothing was written. */
  | { readonly kind: 'stale' }

/** When the bytes up to the next entry's offset arrived. */
export type ArrivalTime = { readonly offset: number; readonly atMs: number }

/**
 * Appends of one job may come at once, twice or out of order: bytes that are known are passed over, a gap is refused.
 * An appended byte outlives the death of this process; after `finish` also a power cut (until then the runner has it).
 * Past its cap a store keeps the head, and at `finish` one marker line and the tail.
 */
export type TraceStore = {
  readonly append: (
    key: TraceKey,
    chunk: { readonly start: number; readonly bytes: Uint8Array },
  ) => Promise<TraceAppend>
  /** No more will come; what readers did not have before is told. May be called again. */
  readonly finish: (key: TraceKey) => Promise<{ readonly start: number; readonly bytes: Uint8Array }>
  /** Bytes that can be read; 0 when there is no trace. */
  readonly size: (jobId: number) => Promise<number>
  /** Bytes of the range that exist. */
  readonly read: (jobId: number, range: ByteRange) => Promise<Uint8Array>
  readonly stream: (jobId: number, range: ByteRange) => Readable
  /** Jobs that have a trace, in the order of their ids, after this one. */
  readonly jobsAfter: (jobId: number, limit: number) => Promise<readonly number[]>
  readonly arrivals: (jobId: number) => Promise<readonly ArrivalTime[]>
  readonly delete: (jobId: number) => Promise<void>
  readonly close: () => Promise<void>
}
