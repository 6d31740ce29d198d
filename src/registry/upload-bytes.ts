// The bytes of one upload as they come: appended, hashed, and checked against what the client said of them.
import { createHash, type Hash } from 'node:crypto'
import { RegistryError } from './errors.ts'
import type { Pieces } from './pieces.ts'
import type { UploadFile } from './ports.ts'
import type { ByteRange } from './ranges.ts'
import { receive } from './receive.ts'
import type { DigestAlgorithm } from './reference.ts'

export type Receiving = {
  readonly algorithm: DigestAlgorithm
  readonly file: UploadFile
  offsetBytes: number
  /** Null: must be made anew from the file. */
  hash: Hash | null
}

/** The next bytes of an upload. */
export type Chunk = {
  /** A chunk is not looked at once the next is asked for. */
  readonly body: AsyncIterable<Buffer>
  /** Where the client says that they belong; null: at the end. */
  readonly range: ByteRange | null
  /** Ends the body by throwing when the upload may not grow so far. */
  readonly mayGrowTo: (sizeBytes: number) => void
}

/** Appends a chunk. If it fails, the upload stands where it stood. */
export async function take(session: Receiving, chunk: Chunk, pieces: Pieces): Promise<void> {
  const at = session.offsetBytes
  if (chunk.range !== null && chunk.range.first !== at) {
    throw new RegistryError(
      'RANGE_INVALID',
      `the upload stands at byte ${at}, the chunk begins at byte ${chunk.range.first}`,
      {
        detail: { offsetBytes: at },
      },
    )
  }
  const hash = session.hash ?? (await hashAgain(session.file, session.algorithm))
  session.hash = null // until the bytes are in
  try {
    const received = await receive(chunk.body, { file: session.file, hash, at, pieces }, chunk.mayGrowTo)
    const lengthBytes = received.sizeBytes - at
    if (received.interruption === null) checkLength(chunk.range, lengthBytes)
    session.offsetBytes = received.sizeBytes
    session.hash = hash
    if (received.interruption !== null)
      throw new RegistryError('BLOB_UPLOAD_INVALID', 'the body ended early', { cause: received.interruption })
  } catch (error) {
    if (session.hash === null) await session.file.truncate(at)
    throw error
  }
}

function checkLength(range: ByteRange | null, lengthBytes: number): void {
  if (range === null || range.last - range.first + 1 === lengthBytes) return
  throw new RegistryError(
    'SIZE_INVALID',
    `Content-Range is ${range.first}-${range.last}, but ${lengthBytes} bytes came`,
  )
}

/** The session's hash ends with this; a second try reads the file. */
export async function digestOf(session: Receiving, algorithm: DigestAlgorithm): Promise<string> {
  const { hash } = session
  if (hash === null || session.algorithm !== algorithm) return (await hashAgain(session.file, algorithm)).digest('hex')
  session.hash = null
  return hash.digest('hex')
}

async function hashAgain(file: UploadFile, algorithm: DigestAlgorithm): Promise<Hash> {
  const hash = createHash(algorithm)
  for await (const bytes of file.read() as AsyncIterable<Buffer>) hash.update(bytes)
  return hash
}
