// Buffers of a mebibyte in which bodies are gathered, used over and over. Buffers made anew for each piece would be freed by
// the garbage collector only, which then runs after every forty mebibytes of a push.

export type Pieces = {
  readonly take: () => Buffer
  readonly giveBack: (piece: Buffer) => void
}

export const pieceBytes = 1024 * 1024
const mostKept = 16

export function createPieces(): Pieces {
  const kept: Buffer[] = []
  return {
    take: () => kept.pop() ?? Buffer.allocUnsafeSlow(pieceBytes),
    giveBack(piece) {
      if (kept.length < mostKept) kept.push(piece)
    },
  }
}

/** A chunk of this size has its memory for itself; smaller ones may share it. */
const ownMemoryBytes = 32 * 1024

/** Frees the chunk's memory at once. Nobody may look at it again. */
export function freeChunk(chunk: Buffer): void {
  const { buffer } = chunk
  const isWhole = chunk.byteLength === buffer.byteLength && chunk.byteLength >= ownMemoryBytes
  if (isWhole && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
