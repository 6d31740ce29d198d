// The bytes of a log as they came, in pieces, so that a long log is never copied as a whole.

export type ByteStore = {
  readonly append: (bytes: Uint8Array) => void
  /** `[start, end)`; shorter where the store ends. */
  readonly read: (start: number, end: number) => Uint8Array
  readonly size: () => number
}

export function createByteStore(): ByteStore {
  const chunks: Uint8Array[] = []
  const starts: number[] = []
  let size = 0

  function append(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    starts.push(size)
    chunks.push(bytes)
    size += bytes.length
  }

  function read(start: number, end: number): Uint8Array {
    const limit = Math.min(end, size)
    const first = chunkAt(start)
    const chunk = chunks[first]
    if (chunk === undefined || limit <= start) return new Uint8Array(0)
    const offset = start - (starts[first] ?? 0)
    if (offset + limit - start <= chunk.length) return chunk.subarray(offset, offset + limit - start)
    return join(first, start, limit)
  }

  function join(first: number, start: number, end: number): Uint8Array {
    const whole = new Uint8Array(end - start)
    for (let index = first; index < chunks.length; index += 1) {
      const from = starts[index] ?? 0
      const chunk = chunks[index]
      if (chunk === undefined || from >= end) break
      const part = chunk.subarray(Math.max(0, start - from), Math.min(chunk.length, end - from))
      whole.set(part, Math.max(from, start) - start)
    }
    return whole
  }

  function chunkAt(offset: number): number {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  return { append, read, size: () => size }
}
