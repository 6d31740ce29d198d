// The hot path of a push: hash each chunk as it comes, gather a mebibyte, and write it while the next one is hashed. The
// loop waits for the write before, so at most two mebibytes of an upload are in memory, and the client feels the disk.
import type { Hash } from 'node:crypto'
import type { UploadFile } from './ports.ts'

const gatherBytes = 1024 * 1024

export type Received = {
  readonly sizeBytes: number
  /** What ended the body early (the client went away, say); the bytes before it are kept. */
  readonly interruption: unknown
}

/**
 * Appends a body to an upload at `at`. `mayGrowTo` is asked with each new size, and ends the body by throwing.
 * @throws what `file.append` or `mayGrowTo` threw; then the bytes after `at` are worth nothing
 */
export async function receive(
  body: AsyncIterable<Buffer>,
  upload: { readonly file: UploadFile; readonly hash: Hash; readonly at: number },
  mayGrowTo: (sizeBytes: number) => void,
): Promise<Received> {
  const { file, hash, at } = upload
  let sizeBytes = at
  let gathered: Buffer[] = []
  let gatheredBytes = 0
  let writing: Promise<void> = Promise.resolve()

  async function flush(): Promise<void> {
    await writing
    const chunks = gathered
    const place = sizeBytes - gatheredBytes
    gathered = []
    gatheredBytes = 0
    writing = file.append(chunks, place)
    writing.catch(toldByTheNextWait)
  }

  let interruption: unknown = null
  let refusal: { readonly error: unknown } | null = null
  try {
    for await (const chunk of body) {
      try {
        mayGrowTo(sizeBytes + chunk.length)
        hash.update(chunk)
        gathered.push(chunk)
        sizeBytes += chunk.length
        gatheredBytes += chunk.length
        if (gatheredBytes >= gatherBytes) await flush()
      } catch (error) {
        refusal = { error }
        break
      }
    }
  } catch (error) {
    interruption = error
  }
  if (refusal === null && gatheredBytes > 0) await flush()
  await writing
  if (refusal !== null) throw refusal.error
  return { sizeBytes, interruption }
}

/** `flush` and the end of `receive` await the same promise; this only keeps it from counting as unheard. */
function toldByTheNextWait(): void {}
