// The last bytes of a trace that is over its cap, in a file of fixed size: 8 bytes that count what was pushed, then the
// ring. It outlives the server's death, since the runner was told that these bytes are safe.
import { type FileHandle, open, rm } from 'node:fs/promises'
import { type CapSizes, gapEnding, gapOpening } from './cap.ts'
import { writeAll } from './write-all.ts'

export type TraceRing = {
  /** Of the whole trace, head included. */
  readonly received: () => number
  readonly push: (bytes: Uint8Array) => Promise<void>
  /** The marker, if bytes were dropped, and the tail. */
  readonly ending: () => Promise<Uint8Array>
  readonly close: () => Promise<void>
  readonly remove: () => Promise<void>
}

const headerBytes = 8

export async function createTraceRing(path: string, cap: CapSizes): Promise<TraceRing> {
  return ringOn(await open(path, 'w+', 0o600), path, cap)
}

/** Null: the log just fills its head, or has ended. */
export async function openTraceRing(path: string, cap: CapSizes): Promise<TraceRing | null> {
  try {
    return await ringOn(await open(path, 'r+'), path, cap)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

async function ringOn(handle: FileHandle, path: string, { headBytes, tailBytes }: CapSizes): Promise<TraceRing> {
  const header = Buffer.alloc(headerBytes)
  await handle.read(header, 0, headerBytes, 0)
  let pushed = header.readDoubleBE(0)

  /** The count is written after the bytes: a crash in between has them sent again. */
  async function push(bytes: Uint8Array): Promise<void> {
    const kept = bytes.subarray(Math.max(0, bytes.length - tailBytes))
    let at = (pushed + bytes.length - kept.length) % tailBytes
    for (let from = 0; from < kept.length; ) {
      const piece = kept.subarray(from, from + tailBytes - at)
      await writeAll(handle, piece, headerBytes + at)
      from += piece.length
      at = (at + piece.length) % tailBytes
    }
    pushed += bytes.length
    header.writeDoubleBE(pushed, 0)
    await writeAll(handle, header, 0)
  }

  async function ending(): Promise<Uint8Array> {
    const bytes = Buffer.alloc(Math.min(pushed, tailBytes))
    await handle.read(bytes, 0, bytes.length, headerBytes)
    if (pushed <= tailBytes) return bytes
    const start = pushed % tailBytes
    const marker = gapOpening(headBytes) + gapEnding(pushed - tailBytes)
    return Buffer.concat([Buffer.from(marker), bytes.subarray(start), bytes.subarray(0, start)])
  }

  async function remove(): Promise<void> {
    await handle.close()
    await rm(path, { force: true })
  }

  return { received: () => headBytes + pushed, push, ending, close: () => handle.close(), remove }
}
