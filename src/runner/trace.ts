// A job's log on its way: raw bytes → spool → mask → cap → masked file → server. All that comes out is a function of the
// spool alone, so a runner that was killed makes the very same masked file again and the offsets go on fitting.
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type CapSizes, createCap } from '../logs/cap.ts'
import { createRedactor } from '../logs/redact.ts'
import { isDiskFull, keepReserve } from './disk-reserve.ts'
import type { Clock, JobWord, LeaseKey, ServerClient } from './ports.ts'
import { openSpool, type SpoolRecord } from './spool.ts'
import { createTraceSender } from './trace-sender.ts'

export type Trace = {
  /** The runner's own words. */
  readonly say: (text: string) => Promise<void>
  /** The container's output. */
  readonly takeOutput: (bytes: Uint8Array) => Promise<void>
  /** Ends a line that the container left open, as an engine does when it tells its log again. */
  readonly endLine: () => Promise<void>
  /** Bytes of the container's output in the log, over all its starts. */
  readonly outputBytes: () => number
  readonly isNew: boolean
  /** The log's end: resolves when the server has it all. */
  readonly finish: (signal: AbortSignal) => Promise<'acknowledged' | 'stale'>
  /** Leaves everything as it is for a successor. */
  readonly stop: () => Promise<void>
}

export type TraceOptions = {
  readonly directory: string
  readonly secrets: readonly string[]
  readonly cap: CapSizes
  readonly key: LeaseKey
  readonly server: Pick<ServerClient, 'appendTrace'>
  readonly clock: Clock
  readonly onWord: (word: JobWord) => void
  /** The disk has no room for the log: from here on only the runner's own words are kept, and the job must end. */
  readonly onDiskFull: () => void
}

export async function openTrace(options: TraceOptions): Promise<Trace> {
  const maskedPath = join(options.directory, 'masked.log')
  const masked = await open(maskedPath, 'w', 0o600)
  const redactor = createRedactor({ secrets: options.secrets })
  const cap = createCap(options.cap)
  let size = 0
  let outputBytes = 0
  let isNew = true
  let endsLine = true
  let isFull = false
  const reserve = keepReserve(options.directory)

  async function pass(record: SpoolRecord): Promise<void> {
    isNew = false
    if (record.source === 'job') outputBytes += record.bytes.length
    if (record.bytes.length > 0) endsLine = record.bytes.at(-1) === 10
    await keep(cap.write(redactor.write(record.bytes)))
  }

  async function keep(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return
    try {
      await writeWhole(masked, bytes, size)
    } catch (error) {
      // The spool has it already, so it must come here too.
      await makeRoom(error)
      await writeWhole(masked, bytes, size)
    }
    size += bytes.length
  }

  async function makeRoom(error: unknown): Promise<void> {
    if (!isDiskFull(error) || isFull) throw error
    isFull = true
    await reserve.release()
    options.onDiskFull()
  }

  const spool = await openSpool(join(options.directory, 'spool'), pass)
  const sender = createTraceSender({ ...options, path: maskedPath })
  sender.grew(size)
  let tail: Promise<void> = Promise.resolve()

  /** One after the other: the spool, the masker and the file must see the same order. */
  function append(record: SpoolRecord): Promise<void> {
    tail = tail.then(async () => {
      if (isFull && record.source === 'job') return
      try {
        await spool.append(record)
      } catch (error) {
        await makeRoom(error)
        if (record.source === 'job') return
        await spool.append(record)
      }
      await pass(record)
      sender.grew(size)
    })
    return tail
  }

  return {
    say: text => append({ source: 'runner', bytes: new TextEncoder().encode(text) }),
    takeOutput: bytes => append({ source: 'job', bytes }),
    endLine: async () => {
      await tail
      if (!endsLine) await append({ source: 'job', bytes: Uint8Array.of(10) })
    },
    outputBytes: () => outputBytes,
    isNew,
    finish: async signal => {
      await tail
      await keep(cap.write(redactor.flush()))
      await keep(cap.flush())
      sender.grew(size)
      return sender.flush(signal)
    },
    stop: async () => {
      await tail
      await sender.stop()
      await spool.close()
      await masked.close()
    },
  }
}

async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; )
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten
}
