// A log on its way to somebody's terminal: colours, `\r` and erasing pass, everything else that a terminal would obey is
// taken out (titles, clipboards, links, moves that could forge what stands above), and so are the markers of sections.
// PURE. What comes out depends on the bytes only, not on how they were cut.
import { readEscape } from './escape.ts'

export type TerminalFilter = {
  readonly write: (chunk: Uint8Array) => Uint8Array
  readonly flush: () => Uint8Array
}

const escapeByte = 0x1b
const newline = 0x0a
/** SGR, erase in line, column moves. */
const passing = new Set(['m', 'K', 'G', 'C', 'D'])
const marker = /section_(?:start|end):\d{1,12}:[A-Za-z0-9_.-]{1,256}(?:\[[^\]\r\n]{0,256}\])?\r(?:\x1b\[0K)?/g
/** A line is looked at whole; one that grows longer than this is passed on in pieces. */
const maximumLineBytes = 64 * 1024

export function createTerminalFilter(): TerminalFilter {
  let held: Buffer = Buffer.alloc(0)

  function write(chunk: Uint8Array): Uint8Array {
    const all = Buffer.concat([held, chunk])
    const whole = all.lastIndexOf(newline) + 1
    const end = all.length - whole > maximumLineBytes ? all.length : Math.max(whole, safeEnd(all, whole))
    held = all.subarray(end)
    return clean(all.subarray(0, end))
  }

  function flush(): Uint8Array {
    const rest = clean(held)
    held = Buffer.alloc(0)
    return rest
  }

  return { write, flush }
}

/** An unfinished line may be shown up to where an escape or a marker could begin. */
function safeEnd(bytes: Buffer, from: number): number {
  const line = bytes.subarray(from)
  const stops = [line.indexOf(escapeByte), line.indexOf('s'), line.indexOf(0xc2)].filter(at => at !== -1)
  return from + Math.min(line.length, ...stops)
}

function clean(bytes: Buffer): Buffer {
  // One character a byte: what is not touched stays as it is.
  const text = bytes.toString('latin1').replace(marker, '')
  return cleanEscapes(Buffer.from(text, 'latin1'))
}

function cleanEscapes(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0
    if (byte === escapeByte) {
      const lineEnd = bytes.indexOf(newline, at)
      const { end, final } = readEscape(bytes, at, lineEnd === -1 ? bytes.length : lineEnd)
      parts.push(bytes.subarray(from, passing.has(final) ? end : at))
      at = end
      from = end
    } else if (isControl(byte) || isC1(bytes, at)) {
      parts.push(bytes.subarray(from, at))
      at += isControl(byte) ? 1 : 2
      from = at
    } else at += 1
  }
  parts.push(bytes.subarray(from))
  return Buffer.concat(parts)
}

/** Line end, tab, backspace and carriage return are text's own. */
function isControl(byte: number): boolean {
  return (byte < 0x20 && byte !== newline && byte !== 0x09 && byte !== 0x0d && byte !== 0x08) || byte === 0x7f
}

/** U+0080 to U+009F in UTF-8: some terminals obey them as they obey ESC. */
function isC1(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0xc2 && ((bytes[at + 1] ?? 0) & 0xe0) === 0x80
}
