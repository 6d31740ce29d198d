import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createPieces, freeChunk, pieceBytes } from '../../../src/registry/pieces.ts'
import type { UploadFile } from '../../../src/registry/ports.ts'
import { receive } from '../../../src/registry/receive.ts'

const whole = randomBytes(2 * pieceBytes + 12_345)

/** Remembers what it was given, as it was then. */
function memoryFile() {
  const written = Buffer.alloc(3 * pieceBytes)
  const file = {
    async append(chunks: readonly Buffer[], at: number) {
      let place = at
      await Promise.resolve()
      for (const chunk of chunks) place += chunk.copy(written, place)
    },
  } as unknown as UploadFile
  return { file, written }
}

/** Chunks with memory of their own, freed when the next is asked for. */
async function* fleeting(sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (const size of sizes) {
    const chunk = Buffer.allocUnsafeSlow(size)
    whole.copy(chunk, 0, at, at + size)
    at += size
    yield chunk
    freeChunk(chunk)
  }
}

test.each([
  ['one byte at a time at the edge of a piece', [pieceBytes - 1, 1, 1, 1, 1]],
  ['chunks as the network gives them', Array.from({ length: 32 }, () => 65_536)],
  ['one chunk that is larger than a piece', [2 * pieceBytes + 12_345]],
  ['nothing', []],
])('a body arrives whole and in order: %s', async (_name, sizes) => {
  const { file, written } = memoryFile()
  const hash = createHash('sha256')
  const { sizeBytes } = await receive(fleeting(sizes), { file, hash, at: 0, pieces: createPieces() }, () => {})
  const sent = whole.subarray(
    0,
    sizes.reduce((sum, size) => sum + size, 0),
  )
  expect(sizeBytes).toBe(sent.length)
  expect(written.subarray(0, sizeBytes).equals(sent)).toBe(true)
  expect(hash.digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'))
})

test('what a refusal ends is told, and so is a file that takes no more', async () => {
  const pieces = createPieces()
  const refused = receive(fleeting([10, 10]), { ...memoryFile(), hash: createHash('sha256'), at: 0, pieces }, size => {
    if (size > 15) throw new Error('too much')
  })
  await expect(refused).rejects.toThrow('too much')
  const file = { append: () => Promise.reject(new Error('full')) } as unknown as UploadFile
  const sizes = Array.from({ length: 40 }, () => 65_536)
  await expect(receive(fleeting(sizes), { file, hash: createHash('sha256'), at: 0, pieces }, () => {})).rejects.toThrow(
    'full',
  )
})

test('pieces are used again', () => {
  const pieces = createPieces()
  const piece = pieces.take()
  pieces.giveBack(piece)
  expect(pieces.take()).toBe(piece)
  expect(pieces.take()).not.toBe(piece)
})
