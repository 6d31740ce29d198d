import type { Readable } from 'node:stream'

/** What a process says, nothing where it is not listened to; `onTooMuch` is called when it says more than that. */
export async function readBounded(output: Readable | null, mostBytes: number, onTooMuch: () => void): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of (output ?? []) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    sizeBytes += chunk.length
    if (sizeBytes > mostBytes) onTooMuch()
  }
  return Buffer.concat(chunks)
}
