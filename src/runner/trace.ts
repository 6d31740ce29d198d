// A job's log on its way: raw bytes → spool → mask → cap → masked file → server. All that comes out is a function of the
// spool alone, so a runner that was killed makes the very same masked file again and the offsets go on fitting. A spool that
// outgrows what is kept of the log begins anew with a checkpoint, to which the masked file, as far as it is, belongs.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type CapSizes, createCap } from '../logs/cap.ts'
import { createRedactor } from '../logs/redact.ts'
import { isDiskFull, keepReserve } from './disk-reserve.ts'
import type { Clock, JobWord, LeaseKey, ServerClient } from './ports.ts'
import { openSpool, type SpoolRecord } from './spool.ts'
import { decodeCheckpoint, encodeCheckpoint } from './trace-checkpoint.ts'
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

const nothing = new Uint8Array(0)

export async function openTrace(options: TraceOptions): Promise<Trace> {
  const { secrets } = options
  const maskedPath = join(options.directory, 'masked.log')
  const masked = await open(maskedPath, constants.O_RDWR | constants.O_CREAT, 0o600)
  const mostSpoolBytes = spoolBytesFor(options.cap)
  let redactor = createRedactor({ secrets })
  let cap = createCap(options.cap)
  /** The last raw bytes, as far as a masker that goes on from here must read them again. */
  let again: Uint8Array = nothing
  let size = 0
  let outputBytes = 0
  let isNew = true
  let endsLine = true
  let isFull = false
  const reserve = keepReserve(options.directory)

  async function pass(record: SpoolRecord): Promise<void> {
    isNew = false
    if (record.source === 'checkpoint') return goOnFrom(record)
    if (record.source === 'job') outputBytes += record.bytes.length
    if (record.bytes.length > 0) endsLine = record.bytes.at(-1) === 10
    const shown = redactor.write(record.bytes)
    const { position, readFrom } = redactor.state()
    again = lastBytes(again, record.bytes, position - readFrom)
    await keep(cap.write(shown))
  }

  function goOnFrom({ bytes }: SpoolRecord): void {
    const known = decodeCheckpoint(bytes)
    redactor = createRedactor({ secrets, state: known.redactor })
    redactor.write(known.again)
    cap = createCap(options.cap, known.cap)
    size = known.sizeBytes
    outputBytes = known.outputBytes
    endsLine = known.endsLine
    again = known.again
  }

  /** What the spool held so far is masked and capped, and no longer needed; without room for that it grows on. */
  async function shortenSpool(): Promise<void> {
    const facts = { redactor: redactor.state(), again, cap: cap.state(), sizeBytes: size, outputBytes, endsLine }
    try {
      await spool.restart({ source: 'checkpoint', bytes: encodeCheckpoint(facts) })
    } catch (error) {
      if (!isDiskFull(error)) throw error
    }
    shortenAt = spool.sizeBytes() + mostSpoolBytes
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
  await masked.truncate(size)
  let shortenAt = mostSpoolBytes
  const sender = createTraceSender({ ...options, path: maskedPath })
  sender.grew(size, 'job')
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
      sender.grew(size, record.source)
      if (spool.sizeBytes() > shortenAt) await shortenSpool()
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
      sender.grew(size, 'job')
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

/** Room for all of a log that is not cut, and after that for twice the tail, of which a checkpoint holds one. */
function spoolBytesFor({ headBytes, tailBytes }: CapSizes): number {
  return headBytes + 2 * tailBytes + 1024 * 1024
}

function lastBytes(before: Uint8Array, after: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  if (count <= after.length) return after.slice(after.length - count)
  const whole = new Uint8Array(count)
  whole.set(before.subarray(before.length - (count - after.length)))
  whole.set(after, count - after.length)
  return whole
}

async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; )
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten
}
