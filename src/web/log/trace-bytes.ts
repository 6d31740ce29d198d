// Brings the bytes of a trace in order, each once: what is stored in segments, what is new as it comes. After a lost
// connection it goes on where it was.
import type { TraceListener } from '../live/connection.ts'
import type { TraceSegment } from './read-trace.ts'

export type TraceSink = {
  readonly onBytes: (bytes: Uint8Array) => void
  /** Bytes that exist, as far as is known: for the progress. */
  readonly onLength: (length: number) => void
  readonly onEnd: () => void
  /** The job went back to the queue and writes a new log: what came so far is void, and nothing more comes from here. */
  readonly onRestart: () => void
  readonly onFailure: (message: string) => void
}

export type TraceDeps = {
  /** Stored bytes from `start` on, at most up to `end`; null: there are none. */
  readonly read: (start: number, end: number, signal: AbortSignal) => Promise<TraceSegment | null>
  /** New bytes; null: the job has ended, and all is stored. */
  readonly subscribe: ((listener: TraceListener) => () => void) | null
  readonly sink: TraceSink
}

export const segmentBytes = 4 * 1024 * 1024

/** @returns what ends it */
export function followTrace({ read, subscribe, sink }: TraceDeps): () => void {
  const controller = new AbortController()
  /** Frames that came before the bytes in front of them. */
  const early = new Map<number, Uint8Array>()
  let next = 0
  let wantedUpTo = 0
  let isReading = false
  let endAt: number | undefined

  function take(offset: number, bytes: Uint8Array): void {
    if (offset > next) {
      early.set(offset, bytes)
      return
    }
    const fresh = bytes.subarray(next - offset)
    if (fresh.length === 0) return
    next += fresh.length
    sink.onBytes(fresh.length === bytes.length ? bytes : fresh.slice())
    takeEarly()
    endIfComplete()
  }

  function takeEarly(): void {
    for (const [offset, bytes] of [...early].sort(([one], [other]) => one - other)) {
      if (offset > next) return
      early.delete(offset)
      take(offset, bytes)
    }
  }

  function endIfComplete(): void {
    if (endAt === undefined || next < endAt) return
    endAt = undefined
    sink.onEnd()
  }

  /** False: reading failed. */
  async function readUpTo(end: number): Promise<boolean> {
    wantedUpTo = Math.max(wantedUpTo, end)
    if (isReading) return true
    isReading = true
    try {
      while (next < wantedUpTo && !controller.signal.aborted)
        await readSegment(Math.min(wantedUpTo, next + segmentBytes))
    } catch (error) {
      if (!controller.signal.aborted) sink.onFailure(error instanceof Error ? error.message : String(error))
      return false
    } finally {
      isReading = false
    }
    return true
  }

  /** Stops when there is nothing more. */
  async function readSegment(end: number): Promise<void> {
    const segment = await read(next, end, controller.signal)
    if (segment === null || segment.bytes.length === 0) {
      wantedUpTo = next
      return
    }
    sink.onLength(segment.total)
    take(segment.start, segment.bytes)
    if (subscribe === null) wantedUpTo = segment.total
  }

  async function readAll(): Promise<void> {
    if ((await readUpTo(segmentBytes)) && !controller.signal.aborted) sink.onEnd()
  }

  const unsubscribe = subscribe?.({
    wanted: () => next,
    onLength: (length, start) => {
      if (start < next) return sink.onRestart()
      sink.onLength(length)
      if (start > next) void readUpTo(start)
    },
    onBytes: take,
    onBehind: (_from, to) => void readUpTo(to),
    onEnd: length => {
      endAt = length
      if (length > next) void readUpTo(length)
      endIfComplete()
    },
  })
  if (subscribe === null) void readAll()

  return () => {
    controller.abort()
    unsubscribe?.()
  }
}
