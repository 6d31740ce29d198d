// The hot path of a push: hash each chunk as it comes, gather a mebibyte, and write it while the next one is hashed. The
// loop waits for the write before, so at most two mebibytes of an upload are in memory, and the client feels the disk.
import type { Hash } from 'node:crypto'
import { type Pieces, pieceBytes } from './pieces.ts'
import type { UploadFile } from './ports.ts'

export type Received = {
  readonly sizeBytes: number
  /** What ended the body early (the client went away, say); the bytes before it are kept. */
  readonly interruption: unknown
}

/**
 * Appends a body to an upload at `at`; a chunk is not looked at once the next is asked for. `mayGrowTo` is asked with each
 * new size, and ends the body by throwing.
 * @throws what `file.append` or `mayGrowTo` threw; then the bytes after `at` are worth nothing
 */
export async function receive(
  body: AsyncIterable<Buffer>,
  upload: { readonly file: UploadFile; readonly hash: Hash; readonly at: number; readonly pieces: Pieces },
  mayGrowTo: (sizeBytes: number) => void,
): Promise<Received> {
  const { file, hash, at, pieces } = upload
  let sizeBytes = at
  let piece: Buffer | null = null
  let gatheredBytes = 0
  let writing: Promise<void> = Promise.resolve()

  async function flush(): Promise<void> {
    await writing
    if (piece === null) return
    const [full, place] = [piece, sizeBytes - gatheredBytes]
    writing = file.append([full.subarray(0, gatheredBytes)], place).finally(() => pieces.giveBack(full))
    writing.catch(toldByTheNextWait)
    piece = null
    gatheredBytes = 0
  }

  async function gather(chunk: Buffer): Promise<void> {
    let taken = 0
    while (taken < chunk.length) {
      piece ??= pieces.take()
      const copied = chunk.copy(piece, gatheredBytes, taken)
      taken += copied
      gatheredBytes += copied
      sizeBytes += copied
      if (gatheredBytes === pieceBytes) await flush()
    }
  }

  let interruption: unknown = null
  let refusal: { readonly error: unknown } | null = null
  try {
    for await (const chunk of body) {
      try {
        mayGrowTo(sizeBytes + chunk.length)
        hash.update(chunk)
        await gather(chunk)
      } catch (error) {
        refusal = { error }
        break
      }
    }
  } catch (error) {
    interruption = error
  }
  if (refusal === null) await flush()
  await writing
  if (refusal !== null) throw refusal.error
  return { sizeBytes, interruption }
}

/** `flush` and the end of `receive` await the same promise; this only keeps it from counting as unheard. */
function toldByTheNextWait(): void {}
