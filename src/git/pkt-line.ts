// git's pkt-lines: four hex digits of length (themselves included), then the bytes; `0000` is a flush. Pure.

export const flush = Buffer.from('0000')
const longestLine = 65_520
/** What one side-band packet can carry: the line less its length and the band. */
const longestBandBytes = longestLine - 5

export type PktLine =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'flush' | 'delimiter' | 'end' }

/** Text gets its line feed, as git's own lines have. */
export function encodeLine(text: string): Buffer {
  return encodeBytes(Buffer.from(`${text}\n`))
}

export function encodeBytes(bytes: Uint8Array): Buffer {
  const length = (bytes.length + 4).toString(16).padStart(4, '0')
  return Buffer.concat([Buffer.from(length), bytes])
}

/** Bytes on a band (1 data, 2 messages, 3 fatal), cut into as many packets as they need. */
export function encodeBand(band: 1 | 2 | 3, bytes: Uint8Array): Buffer {
  const packets: Buffer[] = []
  for (let from = 0; from < bytes.length; from += longestBandBytes) {
    packets.push(encodeBytes(Buffer.concat([Buffer.of(band), bytes.subarray(from, from + longestBandBytes)])))
  }
  return Buffer.concat(packets)
}

export type PktRead = { readonly line: PktLine; readonly next: number } | 'incomplete' | 'malformed'

/** The line that starts at `from`. */
export function readLine(bytes: Buffer, from: number): PktRead {
  if (bytes.length < from + 4) return 'incomplete'
  const digits = bytes.toString('latin1', from, from + 4)
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) return 'malformed'
  const length = Number.parseInt(digits, 16)
  if (length === 0) return { line: { kind: 'flush' }, next: from + 4 }
  if (length === 1) return { line: { kind: 'delimiter' }, next: from + 4 }
  if (length === 2) return { line: { kind: 'end' }, next: from + 4 }
  if (length < 4 || length > longestLine) return 'malformed'
  if (bytes.length < from + length) return 'incomplete'
  return { line: { kind: 'data', bytes: bytes.subarray(from + 4, from + length) }, next: from + length }
}

/** Reads a stream of pkt-lines that comes in pieces. */
export function createLineReader(): (chunk: Buffer) => readonly PktLine[] {
  let rest: Buffer = Buffer.alloc(0)
  return chunk => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const lines: PktLine[] = []
    let from = 0
    for (;;) {
      const read = readLine(bytes, from)
      if (read === 'malformed')
        throw new Error(`expected a pkt-line, found '${bytes.toString('latin1', from, from + 4)}'`)
      if (read === 'incomplete') break
      lines.push(read.line)
      from = read.next
    }
    rest = bytes.subarray(from)
    return lines
  }
}
