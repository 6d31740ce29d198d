// The shapes in which a secret may reach a log: as it is, and as common tools encode it. Each is a byte pattern for the
// automaton; what an encoder would mix with its neighbours (the ends of base64) is left out of the pattern.

/** Shorter values would mask half of the log. Encoded shapes are made from 8 bytes on. */
export const minimumSecretBytes = 4
const minimumEncodedBytes = 8
/** Longer values are masked as they are, and line by line, but not in every encoding: the automaton must stay small. */
const maximumEncodedBytes = 16 * 1024

/** All byte patterns to mask for one secret, without repeats. */
export function secretVariants(secret: string): readonly Uint8Array[] {
  const texts = new Set<string>()
  for (const piece of pieces(secret)) {
    const sizeBytes = Buffer.byteLength(piece)
    if (sizeBytes < minimumSecretBytes) continue
    texts.add(piece)
    if (sizeBytes < minimumEncodedBytes || sizeBytes > maximumEncodedBytes) continue
    for (const variant of encodings(piece)) if (variant.length >= minimumSecretBytes) texts.add(variant)
  }
  return [...texts].map(text => Buffer.from(text))
}

/** The whole value, the value without the blanks around it, with either line end, and each of its lines. */
function pieces(secret: string): ReadonlySet<string> {
  const unix = secret.replaceAll('\r\n', '\n')
  const found = new Set([secret, secret.trim()])
  if (!unix.includes('\n')) return found
  found.add(unix)
  found.add(unix.replaceAll('\n', '\r\n'))
  found.add(unix.replaceAll('\n', ' ').trim())
  for (const line of unix.split('\n')) found.add(line.trim())
  return found
}

function encodings(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  return [
    ...base64Shapes(bytes),
    ...hexShapes(bytes),
    ...urlShapes(text),
    ...jsonShapes(text),
    ...markupShapes(text),
    ...shellShapes(text),
  ]
}

/** Whole with padding; wrapped as `base64` and PEM wrap it; and the stable part at each of the three byte positions. */
function base64Shapes(bytes: Buffer): readonly string[] {
  const whole = bytes.toString('base64')
  const shapes = [whole, whole.replaceAll('=', '%3D')]
  for (const columns of [64, 76]) {
    if (whole.length <= columns) continue
    for (let start = 0; start < whole.length; start += columns) shapes.push(whole.slice(start, start + columns))
  }
  for (const shift of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    shapes.push(shifted.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6)))
  }
  return shapes
    .filter(shape => shape.length >= minimumEncodedBytes)
    .flatMap(shape => [shape, shape.replaceAll('+', '-').replaceAll('/', '_')])
}

function hexShapes(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex')
  return [hex, hex.toUpperCase()]
}

function urlShapes(text: string): readonly string[] {
  // encodeURIComponent throws at half a surrogate pair, which no encoder could pass on either.
  const component = encodeURIComponent(text.toWellFormed())
  const strict = component.replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  const form = new URLSearchParams({ '': text }).toString().slice(1)
  return [component, strict, strict.replaceAll('%20', '+'), form, component.replaceAll('%2F', '/')].flatMap(shape => [
    shape,
    shape.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase()),
  ])
}

function jsonShapes(text: string): readonly string[] {
  const plain = JSON.stringify(text).slice(1, -1)
  const ascii = plain.replace(/[^\x20-\x7e]/g, unicodeEscape)
  return [
    plain,
    ascii,
    plain.replaceAll('/', '\\/'),
    ascii.replace(/[<>&]/g, unicodeEscape),
    JSON.stringify(plain).slice(1, -1),
  ]
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function markupShapes(text: string): readonly string[] {
  const base = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return [
    base,
    base.replaceAll('"', '&quot;'),
    base.replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    base.replaceAll('"', '&#34;').replaceAll("'", '&#39;'),
    base.replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
  ]
}

/** As `set -x`, `printf %q` and careful scripts print it. */
function shellShapes(text: string): readonly string[] {
  return [
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[^A-Za-z0-9_\-.,:+/@%=\n]/g, character => `\\${character}`),
    text.replace(/[\\"$`]/g, character => `\\${character}`),
  ]
}
