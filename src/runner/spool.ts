// What a job's log is made of, on disk before anything else happens to it: records of `[source, length (4 bytes)]` and raw
// bytes. A runner that was killed reads it again and goes on at the same byte; a record that was cut short is dropped.
// The bytes are not masked yet, so the file is the runner's alone (0600).
import { type FileHandle, open } from 'node:fs/promises'

/** `runner`: its own lines. `job`: the container's output, which the engine has too. */
export type SpoolSource = 'runner' | 'job'
export type SpoolRecord = { readonly source: SpoolSource; readonly bytes: Uint8Array }

export type Spool = {
  /** Resolves when the bytes are with the kernel: they survive the process, not the host. A failure leaves no part of it. */
  readonly append: (record: SpoolRecord) => Promise<void>
  readonly close: () => Promise<void>
}

const headerBytes = 5
const readBytes = 1024 * 1024

/** Tells every whole record in order, then goes on behind the last one. */
export async function openSpool(path: string, onRecord: (record: SpoolRecord) => Promise<void>): Promise<Spool> {
  const file = await open(path, 'a+', 0o600)
  let end = await readRecords(file, onRecord)
  await file.truncate(end)
  return {
    append: async ({ source, bytes }) => {
      const header = new Uint8Array(headerBytes)
      header[0] = source === 'runner' ? 0 : 1
      new DataView(header.buffer).setUint32(1, bytes.length)
      try {
        const { bytesWritten } = await file.writev([header, bytes])
        // A disk that is nearly full takes a part.
        if (bytesWritten < headerBytes) await writeWhole(file, header.subarray(bytesWritten))
        await writeWhole(file, bytes.subarray(Math.max(0, bytesWritten - headerBytes)))
        end += headerBytes + bytes.length
      } catch (error) {
        await file.truncate(end)
        throw error
      }
    },
    close: () => file.close(),
  }
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
  return { source: buffer[0] === 0 ? 'runner' : 'job', bytes: buffer.slice(headerBytes, headerBytes + length) }
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
