import { reach } from '../api/reach.ts'

export type TraceSegment = {
  readonly start: number
  readonly bytes: Uint8Array
  /** Bytes that are stored in all. */
  readonly total: number
}

/** A range of a stored trace; null: it ends before. */
export async function readTrace(
  url: string,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<TraceSegment | null> {
  const response = await reach(url, {
    headers: { range: `bytes=${start}-${end - 1}` },
    credentials: 'same-origin',
    signal,
  })
  if (response.status === 416 || response.status === 204) return null
  if (!response.ok) throw new Error(`The log could not be loaded: the server answered ${response.status}.`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  // A server that knows no ranges sends all of it.
  const from = response.status === 206 ? start : 0
  return { start: from, bytes, total: totalIn(response.headers.get('content-range')) ?? from + bytes.length }
}

/** `bytes 0-99/1234` */
export function totalIn(contentRange: string | null): number | null {
  const total = /\/(\d+)$/.exec(contentRange ?? '')?.[1]
  return total === undefined ? null : Number(total)
}
