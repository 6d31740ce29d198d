// Keeps a log within bounds: its head as it comes, and at the end the last bytes before it stopped. One marker line
// tells the gap; its first half comes when the gap opens, so that who follows the log knows why it stands still.
//
//   head ······ [the log is longer than 48 MiB: its middle is left out … 123 bytes] ······ tail
//
// What comes out is a function of the whole input, however it was cut.

export type LogCap = {
  readonly write: (chunk: Uint8Array) => Uint8Array
  /** The end of the log: the rest of the marker, and the tail. */
  readonly flush: () => Uint8Array
  readonly state: () => CapState
}

/** Where a cap stands: one that is made with it goes on behind what was written so far. */
export type CapState = {
  readonly headLeft: number
  readonly isMarked: boolean
  readonly droppedBytes: number
  readonly tail: Uint8Array
}

export type CapSizes = { readonly headBytes: number; readonly tailBytes: number }

/** 64 MiB in all. */
export const defaultCap: CapSizes = { headBytes: 48 * 1024 * 1024, tailBytes: 16 * 1024 * 1024 }

const nothing = new Uint8Array(0)

export function createCap({ headBytes, tailBytes }: CapSizes, from?: CapState): LogCap {
  const ring = createRing(tailBytes, from?.droppedBytes)
  ring.push(from?.tail ?? nothing)
  let headLeft = from?.headLeft ?? headBytes
  let isMarked = from?.isMarked ?? false

  function write(chunk: Uint8Array): Uint8Array {
    const head = chunk.subarray(0, headLeft)
    headLeft -= head.length
    if (head.length < chunk.length) ring.push(chunk.subarray(head.length))
    if (isMarked || ring.droppedBytes() === 0) return head
    isMarked = true
    return join(head, new TextEncoder().encode(gapOpening(headBytes)))
  }

  function flush(): Uint8Array {
    const tail = ring.drain()
    return isMarked ? join(new TextEncoder().encode(gapEnding(ring.droppedBytes())), tail) : tail
  }

  return {
    write,
    flush,
    state: () => ({ headLeft, isMarked, droppedBytes: ring.droppedBytes(), tail: ring.drain() }),
  }
}

export function gapOpening(headBytes: number): string {
  return `\n\x1b[0;33;1mThe log is longer than ${inWords(headBytes)}: from here on only its end is kept`
}

export function gapEnding(droppedBytes: number): string {
  return ` (${inWords(droppedBytes)} left out)\x1b[0m\n`
}

function inWords(sizeBytes: number): string {
  if (sizeBytes < 1024) return `${sizeBytes} bytes`
  const mebibytes = sizeBytes / 1024 / 1024
  return mebibytes < 1 ? `${Math.round(sizeBytes / 1024)} KiB` : `${Math.round(mebibytes * 10) / 10} MiB`
}

type Ring = {
  readonly push: (chunk: Uint8Array) => void
  readonly droppedBytes: () => number
  readonly drain: () => Uint8Array
}

/** The last `capacity` bytes; memory grows with what is pushed. */
function createRing(capacity: number, droppedBefore = 0): Ring {
  let bytes = nothing
  let pushed = 0

  function push(chunk: Uint8Array): void {
    const kept = chunk.subarray(Math.max(0, chunk.length - capacity))
    let at = (pushed + chunk.length - kept.length) % Math.max(1, capacity)
    pushed += chunk.length
    grow(Math.min(pushed, capacity))
    for (let from = 0; from < kept.length; ) {
      const count = Math.min(kept.length - from, capacity - at)
      bytes.set(kept.subarray(from, from + count), at)
      from += count
      at = (at + count) % capacity
    }
  }

  function grow(size: number): void {
    if (bytes.length >= size) return
    const larger = new Uint8Array(Math.min(capacity, Math.max(size, bytes.length * 2)))
    larger.set(bytes)
    bytes = larger
  }

  function drain(): Uint8Array {
    if (pushed <= capacity) return bytes.slice(0, pushed)
    const start = pushed % capacity
    return join(bytes.subarray(start), bytes.subarray(0, start))
  }

  return { push, drain, droppedBytes: () => droppedBefore + Math.max(0, pushed - capacity) }
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (other.length === 0) return one
  const whole = new Uint8Array(one.length + other.length)
  whole.set(one)
  whole.set(other, one.length)
  return whole
}
