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
const maximumValue = 99_999

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
  const parameters: number[] = []
  let isPlain = true
  let value = -1
  for (let end = from; end < limit; end += 1) {
    const byte = bytes[end] ?? 0
    if (byte >= 0x30 && byte <= 0x39) value = Math.min(maximumValue, Math.max(0, value) * 10 + byte - 0x30)
    else if (byte === 0x3b || byte === 0x3a) {
      if (parameters.length < maximumParameters) parameters.push(Math.max(0, value))
      value = 0
    } else if (byte >= 0x40 && byte <= 0x7e) {
      if (value !== -1) parameters.push(value)
      return isPlain ? { end: end + 1, final: finals[byte] ?? '', parameters } : opaque(end + 1)
    } else if (byte >= 0x20 && byte <= 0x3f) isPlain = false
    else return opaque(end) // a byte that cannot stand in a sequence breaks it off and is text again
  }
  return opaque(limit)
}

const finals = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte))

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
