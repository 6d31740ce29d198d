// All that a trace must know to go on behind a point of its spool without what came before: one record of that spool.
//
//   length of the words (4 bytes) │ words: JSON │ end of the log, masked │ raw bytes that the masker must read again
import type { CapState } from '../logs/cap.ts'
import type { RedactorState } from '../logs/redact.ts'

export type TraceCheckpoint = {
  readonly redactor: RedactorState
  /** Raw bytes from `redactor.readFrom` on. */
  readonly again: Uint8Array
  readonly cap: CapState
  /** Of the masked file. */
  readonly sizeBytes: number
  readonly outputBytes: number
  readonly endsLine: boolean
}

type Words = Omit<TraceCheckpoint, 'again' | 'cap'> & {
  readonly cap: Omit<CapState, 'tail'>
  readonly tailBytes: number
}

const lengthBytes = 4

export function encodeCheckpoint({ again, cap: { tail, ...cap }, ...rest }: TraceCheckpoint): Uint8Array {
  const words = Buffer.from(JSON.stringify({ ...rest, cap, tailBytes: tail.length } satisfies Words))
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(words.length)
  return Buffer.concat([length, words, tail, again])
}

/** Of this runner's own disk, and written as a whole: it is what it was. */
export function decodeCheckpoint(bytes: Uint8Array): TraceCheckpoint {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const wordsEnd = lengthBytes + buffer.readUInt32BE(0)
  const { tailBytes, cap, ...rest } = JSON.parse(buffer.toString('utf8', lengthBytes, wordsEnd)) as Words
  const tailEnd = wordsEnd + tailBytes
  return { ...rest, cap: { ...cap, tail: bytes.slice(wordsEnd, tailEnd) }, again: bytes.slice(tailEnd) }
}
