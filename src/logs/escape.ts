// Reads one escape sequence (ECMA-48). Pure, for the browser too. Whatever is not a plain CSI is told only by its end,
// so that OSC, DCS and their like are skipped whole and can do nothing.

export type Escape = {
  /** First byte after the sequence. */
  readonly end: number
  /** The final byte of a CSI without private marks as a character; else the empty text. */
  readonly final: string
  readonly parameters: readonly number[]
}

const escapeByte = 0x1b
const bell = 0x07
const maximumParameters = 32

/** @param at offset of the ESC; sequences never reach beyond `limit` */
export function readEscape(bytes: Uint8Array, at: number, limit: number): Escape {
  const kind = bytes[at + 1]
  if (at + 1 >= limit || kind === undefined) return opaque(limit)
  if (kind === 0x5b) return readCsi(bytes, at + 2, limit)
  if (kind === 0x5d || kind === 0x50 || kind === 0x58 || kind === 0x5e || kind === 0x5f)
    return readText(bytes, at + 2, limit)
  let end = at + 1
  while (end < limit && isBetween(bytes[end], 0x20, 0x2f)) end += 1
  return opaque(Math.min(end + 1, limit))
}

function readCsi(bytes: Uint8Array, from: number, limit: number): Escape {
  let end = from
  while (end < limit && isBetween(bytes[end], 0x20, 0x3f)) end += 1
  if (end >= limit) return opaque(limit)
  // A byte that cannot stand in a sequence breaks it off and is text again.
  if (!isBetween(bytes[end], 0x40, 0x7e)) return opaque(end)
  const text = String.fromCharCode(...bytes.subarray(from, Math.min(end, from + 256)))
  if (!/^[0-9;:]*$/.test(text)) return opaque(end + 1)
  const parameters = text === '' ? [] : text.split(/[;:]/, maximumParameters).map(Number)
  return { end: end + 1, final: String.fromCharCode(bytes[end] ?? 0), parameters }
}

/** OSC, DCS, SOS, PM, APC: up to BEL or ESC \. */
function readText(bytes: Uint8Array, from: number, limit: number): Escape {
  for (let end = from; end < limit; end += 1) {
    if (bytes[end] === bell) return opaque(end + 1)
    if (bytes[end] === escapeByte) return opaque(bytes[end + 1] === 0x5c ? Math.min(end + 2, limit) : end)
  }
  return opaque(limit)
}

function opaque(end: number): Escape {
  return { end, final: '', parameters: [] }
}

function isBetween(byte: number | undefined, low: number, high: number): boolean {
  return byte !== undefined && byte >= low && byte <= high
}
