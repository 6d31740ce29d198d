import { Readable } from 'node:stream'
import { Denial } from '../plugins/errors.ts'

/** A body that is no JSON, whole; none is empty. @throws Denial 413 */
export async function readBounded(body: unknown, maximumBytes: number): Promise<Buffer> {
  if (!(body instanceof Readable)) return Buffer.alloc(0)
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > maximumBytes)
      throw new Denial(413, '413 Request Entity Too Large', `at most ${maximumBytes} bytes are taken`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
