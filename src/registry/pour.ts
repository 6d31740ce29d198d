// The hot path of a pull: while one mebibyte goes out, the next is read. Waits for the client, so two mebibytes a pull.
import type { ServerResponse } from 'node:http'
import type { BlobReader } from './ports.ts'
import type { ByteRange } from './ranges.ts'

const stepBytes = 1024 * 1024

/** Writes the bytes of the range. @throws when the client goes away, or the file ends before its time */
export async function pour(response: ServerResponse, reader: BlobReader, range: ByteRange): Promise<void> {
  const { first, last } = range
  const bufferBytes = Math.min(stepBytes, last - first + 1)
  let [filling, flowing] = [
    Buffer.allocUnsafeSlow(bufferBytes),
    Buffer.allocUnsafeSlow(last - first + 1 > stepBytes ? bufferBytes : 0),
  ]
  let written: Promise<void> = Promise.resolve()
  let at = first
  while (at <= last) {
    const bytes = await reader.read(filling, at, Math.min(bufferBytes, last - at + 1))
    await written
    if (bytes === 0) throw new Error(`the blob's file ends at byte ${at}, before byte ${last}`)
    written = write(response, filling.subarray(0, bytes))
    written.catch(toldByTheNextWait)
    at += bytes
    ;[filling, flowing] = [flowing, filling]
  }
  await written
}

function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(bytes, error => (error ? reject(error) : resolve()))
  })
}

/** The loop awaits the same promise; this only keeps it from counting as unheard. */
function toldByTheNextWait(): void {}
