// A trace from its end: blocks of whole lines, the last block first.
import type { TraceStore } from './ports.ts'

const blockBytes = 256 * 1024
const maximumLineBytes = 1024 * 1024
const newline = 0x0a

export async function* readLinesBackwards(
  traces: Pick<TraceStore, 'size' | 'read'>,
  jobId: number,
): AsyncGenerator<string> {
  let end = await traces.size(jobId)
  let rest: Uint8Array = new Uint8Array(0)
  while (end > 0) {
    const start = Math.max(0, end - blockBytes)
    const block = Buffer.concat([await traces.read(jobId, { start, end }), rest])
    end = start
    const cut = start === 0 ? 0 : firstWholeLine(block)
    rest = block.subarray(0, cut)
    if (cut < block.length) yield block.subarray(cut).toString()
  }
}

/** The first line of a block may begin in the block before it; one that is too long is cut. */
function firstWholeLine(block: Uint8Array): number {
  const end = block.indexOf(newline)
  if (end !== -1) return end + 1
  return block.length > maximumLineBytes ? 0 : block.length
}
