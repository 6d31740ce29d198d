// Splits one line of a log into pieces by the rows that it paints: cursor moves lead to other rows, and a section's
// marker begins a new row when there is text before it. Pure, for the browser too.
import { readEscape } from './escape.ts'
import { movePen } from './paint.ts'
import { findSectionMarkers, type SectionMarker } from './section.ts'
import { applySgr, type Style } from './style.ts'

/** Bytes `[start, end)` of the log to paint from `column` on, beginning in `style`. */
export type Piece = { readonly start: number; readonly end: number; readonly column: number; readonly style: Style }
export type Placement = { readonly row: number; readonly piece: Piece }
export type Cursor = { readonly row: number; readonly column: number; readonly style: Style }

export type SplitLine = {
  readonly placements: readonly Placement[]
  readonly markers: readonly { readonly marker: SectionMarker; readonly row: number }[]
  /** Where the cursor stands before the line's `\n`. */
  readonly end: Cursor
}

/** So far up may the cursor go from where the line began. */
const screenRows = 200
const newline = 0x0a
const escapeByte = 0x1b
const carriageReturn = 0x0d
const rowMoves = new Set(['A', 'B', 'E', 'F'])
/** One character a byte, so that offsets in the text are offsets in the bytes. */
const byteDecoder = new TextDecoder('latin1')

export type LinePlace = {
  /** The line's offset in the log. */
  readonly start: number
  /** Where the line begins to paint. */
  readonly cursor: Cursor
  /** The row below the lowest; no move leads farther down. */
  readonly lastRow: number
}

export function splitLine(line: Uint8Array, place: LinePlace): SplitLine {
  const content = line.at(-1) === newline ? line.subarray(0, -1) : line
  const placements: Placement[] = []
  const markers: { marker: SectionMarker; row: number }[] = []
  let cursor = place.cursor
  let from = 0
  const paintUpTo = (end: number): void => {
    const piece = { start: place.start + from, end: place.start + end, column: cursor.column, style: cursor.style }
    placements.push({ row: cursor.row, piece })
  }
  for (const stop of findStops(content)) {
    if (stop.start > from) paintUpTo(stop.start)
    cursor = { ...cursor, ...movePen({ ...cursor, bytes: content.subarray(from, stop.start) }) }
    from = stop.end
    if (stop.marker === undefined) cursor = moveRow(cursor, stop, Math.max(cursor.row, place.lastRow))
    else {
      if (cursor.column > 0) cursor = { ...cursor, row: cursor.row + 1, column: 0 }
      markers.push({ marker: stop.marker, row: cursor.row })
    }
  }
  if (content.length > from || placements.length === 0) paintUpTo(content.length)
  return { placements, markers, end: { ...cursor, style: styleAfter(content.subarray(from), cursor.style) } }
}

/** Where a piece ends: a section's marker, or a cursor move to another row. */
type Stop = {
  readonly start: number
  readonly end: number
  readonly marker?: SectionMarker
  readonly final: string
  readonly parameters: readonly number[]
}

function findStops(content: Uint8Array): readonly Stop[] {
  const stops: Stop[] = []
  for (let at = content.indexOf(escapeByte); at !== -1; ) {
    const sequence = readEscape(content, at, content.length)
    if (rowMoves.has(sequence.final)) stops.push({ ...sequence, start: at })
    at = content.indexOf(escapeByte, sequence.end)
  }
  if (content.indexOf(carriageReturn) === -1) return stops
  for (const marker of findSectionMarkers(byteDecoder.decode(content))) {
    stops.push({ start: marker.start, end: marker.end, marker, final: '', parameters: [] })
  }
  return stops.sort((one, other) => one.start - other.start)
}

/** @param lastRow no move leads below it, nor far above it */
function moveRow(at: Cursor, { final, parameters }: Stop, lastRow: number): Cursor {
  const count = Math.min(screenRows, Math.max(1, parameters[0] ?? 1))
  const isUp = final === 'A' || final === 'F'
  const row = isUp ? Math.max(0, lastRow - screenRows, at.row - count) : Math.min(lastRow, at.row + count)
  return { ...at, row, column: final === 'E' || final === 'F' ? 0 : at.column }
}

/**
 * The style after the line `[from, to)` of `bytes`, if it is a plain one: text and SGRs. Null: it moves the cursor or
 * has a marker, and must be split.
 */
export function styleAfterPlainLine(
  bytes: Uint8Array,
  { from, to, style: before }: { readonly from: number; readonly to: number; readonly style: Style },
): Style | null {
  let style = before
  for (let at = from; at < to; ) {
    const byte = bytes[at]
    if (byte === carriageReturn && at < to - 2) return null
    if (byte !== escapeByte) at += 1
    else {
      const sequence = readEscape(bytes, at, to)
      if (rowMoves.has(sequence.final)) return null
      if (sequence.final === 'm') style = applySgr(style, sequence.parameters)
      at = sequence.end
    }
  }
  return style
}

/** Only the SGRs are looked at: what `movePen` would tell, for much less. */
function styleAfter(bytes: Uint8Array, before: Style): Style {
  let style = before
  for (let at = bytes.indexOf(escapeByte); at !== -1; ) {
    const sequence = readEscape(bytes, at, bytes.length)
    if (sequence.final === 'm') style = applySgr(style, sequence.parameters)
    at = bytes.indexOf(escapeByte, sequence.end)
  }
  return style
}
