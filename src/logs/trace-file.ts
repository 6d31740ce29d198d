// One trace being written. Up to the cap's head the file is the log. What comes after goes round in a ring; `finish` puts
// a marker line and the ring's content behind the head.
import { type FileHandle, open } from 'node:fs/promises'
import type { CapSizes } from './cap.ts'
import type { TraceAppend } from './ports.ts'
import { createTraceRing, openTraceRing, type TraceRing } from './trace-ring.ts'
import { writeAll } from './write-all.ts'

export type TraceCap = CapSizes

export type TraceFile = {
  readonly lease: number
  /** Bytes that can be read. */
  readonly size: () => number
  readonly append: (chunk: { readonly start: number; readonly bytes: Uint8Array }) => Promise<TraceAppend>
  readonly finish: () => Promise<{ readonly start: number; readonly bytes: Uint8Array }>
  readonly close: () => Promise<void>
}

export type TraceFileOptions = {
  /** Without extension. */
  readonly path: string
  readonly lease: number
  readonly cap: TraceCap
  readonly nowMs: () => number
}

/** Arrival times nearer to each other than this are one. */
const timeStepMs = 100

/** Two doubles: from which byte on, and when it came. */
export const timeEntryBytes = 16

export async function openTrace({ path, lease, cap, nowMs }: TraceFileOptions): Promise<TraceFile> {
  const log = await openForWriting(`${path}.log`)
  const times = await openForWriting(`${path}.times`)
  // An entry that a full disk cut short is written over.
  let timesEnd = Math.floor((await times.stat()).size / timeEntryBytes) * timeEntryBytes
  let size = (await log.stat()).size
  let ring: TraceRing | null = size < cap.headBytes ? null : await openTraceRing(`${path}.tail`, cap)
  let received = ring?.received() ?? size
  let lastTimeMs = Number.NEGATIVE_INFINITY

  async function append(chunk: { readonly start: number; readonly bytes: Uint8Array }): Promise<TraceAppend> {
    if (chunk.start > received) return { kind: 'gap', received }
    const fresh = chunk.bytes.subarray(received - chunk.start)
    const head = fresh.subarray(0, Math.max(0, cap.headBytes - received))
    const start = size
    if (head.length > 0) {
      await noteTime(start)
      await writeAll(log, head, start)
      size += head.length
      received += head.length
    }
    if (head.length < fresh.length) await turn(fresh.subarray(head.length))
    return { kind: 'appended', received, fresh: { start, bytes: head } }
  }

  async function turn(bytes: Uint8Array): Promise<void> {
    const tail = ring ?? (await createTraceRing(`${path}.tail`, cap))
    ring = tail
    await tail.push(bytes)
    received = tail.received()
  }

  async function noteTime(offset: number): Promise<void> {
    const now = nowMs()
    if (now - lastTimeMs < timeStepMs) return
    const entry = Buffer.alloc(timeEntryBytes)
    entry.writeDoubleBE(offset, 0)
    entry.writeDoubleBE(now, 8)
    await writeAll(times, entry, timesEnd)
    timesEnd += entry.length
    lastTimeMs = now
  }

  async function finish(): Promise<{ readonly start: number; readonly bytes: Uint8Array }> {
    const start = size
    const bytes = ring === null ? new Uint8Array(0) : await ring.ending()
    await writeAll(log, bytes, start)
    size += bytes.length
    await log.datasync()
    await ring?.remove()
    ring = null
    return { start, bytes }
  }

  async function close(): Promise<void> {
    await Promise.all([log.close(), times.close(), ring?.close()])
  }

  return { lease, size: () => size, append, finish, close }
}

async function openForWriting(path: string): Promise<FileHandle> {
  // Not 'a': Linux would ignore the offsets. 'r+' needs the file to be there.
  await (await open(path, 'a', 0o600)).close()
  return open(path, 'r+')
}
