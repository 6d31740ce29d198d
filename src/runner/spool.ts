// What a job's log is made of, on disk before anything else happens to it: records of `[source, length (4 bytes)]` and raw
// bytes. A runner that was killed reads it again and goes on at the same byte; a record that was cut short is dropped.
// The bytes are not masked yet, so the file is the runner's alone (0600). It is no longer than its owner lets it be: what
// a checkpoint sums up is forgotten.
//
//   ┌─ checkpoint ─┬─ runner ─┬─ job ─┬─ job ─ ...        before the first one there is no checkpoint
import { type FileHandle, open, rename, rm } from 'node:fs/promises'

/**
 * `runner`: its own lines. `job`: the container's output, which the engine has too. `checkpoint`: what all records before it
 * came to.
 */
const sources = ['runner', 'job', 'checkpoint'] as const
export type SpoolSource = (typeof sources)[number]
export type SpoolRecord = { readonly source: SpoolSource; readonly bytes: Uint8Array }

export type Spool = {
  /** Resolves when the bytes are with the kernel: they survive the process, not the host. A failure leaves no part of it. */
  readonly append: (record: SpoolRecord) => Promise<void>
  /** This one record in place of all. A failure, or an end in the middle of it, leaves all as it was. */
  readonly restart: (record: SpoolRecord) => Promise<void>
  readonly sizeBytes: () => number
  readonly close: () => Promise<void>
}

const headerBytes = 5
const readBytes = 1024 * 1024

/** Tells every whole record in order, then goes on behind the last one. */
export async function openSpool(path: string, onRecord: (record: SpoolRecord) => Promise<void>): Promise<Spool> {
  let file = await open(path, 'a+', 0o600)
  let end = await readRecords(file, onRecord)
  await file.truncate(end)

  async function append(record: SpoolRecord): Promise<void> {
    try {
      end += await writeRecord(file, record)
    } catch (error) {
      await file.truncate(end)
      throw error
    }
  }

  async function restart(record: SpoolRecord): Promise<void> {
    const nextPath = `${path}.next`
    await rm(nextPath, { force: true }) // of a process that was killed here
    const next = await open(nextPath, 'a+', 0o600)
    try {
      const sizeBytes = await writeRecord(next, record)
      await rename(nextPath, path)
      end = sizeBytes
    } catch (error) {
      await next.close()
      await rm(nextPath, { force: true })
      throw error
    }
    await file.close()
    file = next
  }

  return { append, restart, sizeBytes: () => end, close: () => file.close() }
}

async function writeRecord(file: FileHandle, { source, bytes }: SpoolRecord): Promise<number> {
  const header = new Uint8Array(headerBytes)
  header[0] = sources.indexOf(source)
  new DataView(header.buffer).setUint32(1, bytes.length)
  const { bytesWritten } = await file.writev([header, bytes])
  // A disk that is nearly full takes a part.
  if (bytesWritten < headerBytes) await writeWhole(file, header.subarray(bytesWritten))
  await writeWhole(file, bytes.subarray(Math.max(0, bytesWritten - headerBytes)))
  return headerBytes + bytes.length
}

async function readRecords(file: FileHandle, onRecord: (record: SpoolRecord) => Promise<void>): Promise<number> {
  let end = 0
  let rest = new Uint8Array(0)
  for (let position = 0; ; ) {
    const chunk = new Uint8Array(readBytes)
    const { bytesRead } = await file.read(chunk, 0, readBytes, position)
    if (bytesRead === 0) return end
    position += bytesRead
    let buffer = join(rest, chunk.subarray(0, bytesRead))
    for (let record = firstRecord(buffer); record !== null; record = firstRecord(buffer)) {
      await onRecord(record)
      end += headerBytes + record.bytes.length
      buffer = buffer.subarray(headerBytes + record.bytes.length)
    }
    rest = buffer.slice()
  }
}

function firstRecord(buffer: Uint8Array): SpoolRecord | null {
  if (buffer.length < headerBytes) return null
  const length = new DataView(buffer.buffer, buffer.byteOffset).getUint32(1)
  if (buffer.length < headerBytes + length) return null
  return { source: sources[buffer[0] ?? 0] ?? 'job', bytes: buffer.slice(headerBytes, headerBytes + length) }
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(one.length + other.length)
  whole.set(one)
  whole.set(other, one.length)
  return whole
}
