// The two range headers: `Range` of pulls (RFC 9110 §14) and `Content-Range` of upload chunks (the specification's own form).

export type ByteRange = { readonly first: number; readonly last: number }
/** `whole`: no range, or one that is to be ignored; `unsatisfiable`: 416. */
export type RangeRequest =
  | { readonly kind: 'whole' }
  | { readonly kind: 'unsatisfiable' }
  | ({ readonly kind: 'part' } & ByteRange)

/** One range of a body of `sizeBytes`. Several ranges are answered whole, which RFC 9110 allows. */
export function parseRange(header: string | undefined, sizeBytes: number): RangeRequest {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '')
  if (match === null) return { kind: 'whole' }
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return { kind: 'whole' }
  if (from === '') return suffix(Number(to), sizeBytes)
  const first = Number(from)
  const last = to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1)
  // RFC 9110 would ignore `500-0`; the specification's own suite expects 416 for it.
  return first >= sizeBytes || (to !== '' && Number(to) < first)
    ? { kind: 'unsatisfiable' }
    : { kind: 'part', first, last }
}

function suffix(lengthBytes: number, sizeBytes: number): RangeRequest {
  if (lengthBytes === 0 || sizeBytes === 0) return { kind: 'unsatisfiable' }
  return { kind: 'part', first: Math.max(0, sizeBytes - lengthBytes), last: sizeBytes - 1 }
}

/** The place of a chunk: `<first>-<last>`, inclusive. Tolerates the `bytes ` and `/total` of other dialects. Null: garbled. */
export function parseChunkRange(header: string): ByteRange | null {
  const match = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d{1,15}|\*))?$/.exec(header.trim())
  if (match === null) return null
  const range = { first: Number(match[1]), last: Number(match[2]) }
  return range.last < range.first ? null : range
}

/** How an upload tells what it has. An empty one says `0-0`, as every registry does. */
export function uploadRange(offsetBytes: number): string {
  return `0-${Math.max(0, offsetBytes - 1)}`
}
