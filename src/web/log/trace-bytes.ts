// Brings the bytes of a trace in order, each once: what is stored by HTTP range in segments, what is new over the
// WebSocket. After a lost connection it goes on where it was.
import { subscribeTrace } from '../live/connection.ts'

export type TraceSink = {
  readonly onBytes: (bytes: Uint8Array) => void
  /** Bytes that exist, as far as is known: for the progress. */
  readonly onLength: (length: number) => void
  readonly onEnd: () => void
  readonly onFailure: (message: string) => void
}

type TraceDeps = {
  readonly url: string
  readonly jobId: number
  readonly isLive: boolean
  readonly sink: TraceSink
}

const segmentBytes = 4 * 1024 * 1024

/** @returns what ends it */
export function followTrace({ url, jobId, isLive, sink }: TraceDeps): () => void {
  const controller = new AbortController()
  /** Frames that came before the bytes in front of them. */
  const early = new Map<number, Uint8Array>()
  let next = 0
  let fetchTo = 0
  let isFetching = false
  let endAt: number | undefined

  function take(offset: number, bytes: Uint8Array): void {
    if (offset > next) {
      early.set(offset, bytes)
      return
    }
    const fresh = bytes.subarray(next - offset)
    if (fresh.length === 0) return
    next += fresh.length
    sink.onBytes(offset === next - fresh.length && fresh.length === bytes.length ? bytes : fresh.slice())
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

  async function fetchUpTo(end: number): Promise<void> {
    fetchTo = Math.max(fetchTo, end)
    if (isFetching) return
    isFetching = true
    try {
      while (next < fetchTo && !controller.signal.aborted) await fetchSegment(Math.min(fetchTo, next + segmentBytes))
    } catch (error) {
      if (!controller.signal.aborted) sink.onFailure(error instanceof Error ? error.message : String(error))
    } finally {
      isFetching = false
    }
  }

  /** Stops the fetching when the server has nothing more. */
  async function fetchSegment(end: number): Promise<void> {
    const response = await fetch(url, {
      headers: { range: `bytes=${next}-${end - 1}` },
      credentials: 'same-origin',
      signal: controller.signal,
    })
    if (response.status === 416 || response.status === 204) {
      fetchTo = next
      return
    }
    if (!response.ok) throw new Error(`The log could not be loaded: the server answered ${response.status}.`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    const total = totalOf(response) ?? next + bytes.length
    sink.onLength(total)
    take(response.status === 206 ? next : 0, bytes)
    if (bytes.length === 0) fetchTo = next
    else if (!isLive) fetchTo = total
  }

  async function fetchAll(): Promise<void> {
    await fetchUpTo(segmentBytes)
    if (!controller.signal.aborted) sink.onEnd()
  }

  const unsubscribe = isLive
    ? subscribeTrace(jobId, {
        wanted: () => next,
        onLength: (length, start) => {
          sink.onLength(length)
          if (start > next) void fetchUpTo(start)
        },
        onBytes: take,
        onBehind: (_from, to) => void fetchUpTo(to),
        onEnd: length => {
          endAt = length
          if (length > next) void fetchUpTo(length)
          endIfComplete()
        },
      })
    : (): void => {}
  if (!isLive) void fetchAll()

  return () => {
    controller.abort()
    unsubscribe()
  }
}

/** `Content-Range: bytes 0-99/1234` */
function totalOf(response: Response): number | null {
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]
  return total === undefined ? null : Number(total)
}
