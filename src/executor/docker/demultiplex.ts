// The engine sends both outputs of a container over one connection: frames of `[stream, 0, 0, 0, length (4 bytes)]` and
// their bytes. Frames may be cut anywhere.

/** Takes chunks as they come and gives back what a person may read, in order; both outputs as one. */
export function createDemultiplexer(): (chunk: Uint8Array) => readonly Uint8Array[] {
  const header = new Uint8Array(8)
  let headerLength = 0
  let left = 0
  return chunk => {
    const parts: Uint8Array[] = []
    let at = 0
    while (at < chunk.length) {
      if (left === 0) {
        const taken = Math.min(8 - headerLength, chunk.length - at)
        header.set(chunk.subarray(at, at + taken), headerLength)
        headerLength += taken
        at += taken
        if (headerLength < 8) break
        left = new DataView(header.buffer).getUint32(4)
        headerLength = 0
      } else {
        const taken = Math.min(left, chunk.length - at)
        parts.push(chunk.subarray(at, at + taken))
        left -= taken
        at += taken
      }
    }
    return parts
  }
}
