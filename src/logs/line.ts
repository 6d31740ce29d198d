// The rows of a log, found while its bytes arrive. The index keeps no text: a row is told as pieces of the log's bytes,
// painted only when it is looked at, so a log of a million lines stays cheap. Pure, for the browser too.
//
// A row usually is one piece, from one `\n` to the next. Cursor moves let later bytes paint onto earlier rows: these get
// more pieces (line-split.ts). The unfinished last line is read again whenever more of it comes.
import {
  type Cursor,
  type LinePlace,
  type Piece,
  type Placement,
  splitLine,
  styleAfterPlainLine,
} from './line-split.ts'
import { type PaintedRow, paintRow } from './paint.ts'
import { createSectionList, type Section } from './section.ts'
import { plainStyle, type Style } from './style.ts'

export type { Piece } from './line-split.ts'

export type LineIndex = {
  /** The next bytes of the log. Answers the first row that looks different now. */
  readonly write: (bytes: Uint8Array) => number
  /** The log has ended: what has no `\n` is a line too. */
  readonly finish: () => void
  readonly rowCount: () => number
  readonly pieces: (row: number) => readonly Piece[]
  readonly sections: () => readonly Section[]
  readonly sizeBytes: () => number
}

/** A line without `\n` is broken after so many bytes; one that is redrawn with `\r` loses its earlier drawings. */
export const maximumRowBytes = 32 * 1024
const newline = 0x0a
const carriageReturn = 0x0d

/** Paints a row; `read` gives the log's bytes `[start, end)`. */
export function paintPieces(pieces: readonly Piece[], read: (start: number, end: number) => Uint8Array): PaintedRow {
  return paintRow(pieces.map(({ start, end, column, style }) => ({ bytes: read(start, end), column, style })))
}

export function createLineIndex(): LineIndex {
  const rows = createRows()
  const sections = createSectionList()
  let cursor: Cursor = { row: 0, column: 0, style: plainStyle }
  let unfinished: Uint8Array = new Uint8Array(0)
  let overlay: readonly Placement[] = []
  let start = 0

  function write(bytes: Uint8Array): number {
    let firstChanged = cursor.row
    const all = append(unfinished, bytes)
    let from = 0
    overlay = []
    for (let cut = nextCut(all, from); cut !== null; cut = nextCut(all, from)) {
      const to = from + cut.length
      const style = cut.isRedrawn ? null : styleAfterPlainLine(all, { from, to, style: cursor.style })
      if (style === null) firstChanged = Math.min(firstChanged, take(all.subarray(from, to), cut.isRedrawn))
      else takePlain(all[to - 1] === newline ? cut.length - 1 : cut.length, cut.length, style)
      from = to
    }
    unfinished = all.slice(from)
    overlay = unfinished.length === 0 ? [] : splitLine(unfinished, place()).placements
    return overlay.reduce((first, { row }) => Math.min(first, row), firstChanged)
  }

  /** The usual line, without detours: one piece, one row. */
  function takePlain(paintedBytes: number, lengthBytes: number, style: Style): void {
    rows.add(cursor.row, start, start + paintedBytes, cursor.style)
    start += lengthBytes
    cursor = { row: cursor.row + 1, column: 0, style }
  }

  /** Takes a line for good; answers the first row that it touched. */
  function take(line: Uint8Array, isRedrawn: boolean): number {
    const { placements, markers, end } = splitLine(line, place())
    start += line.length
    if (isRedrawn) cursor = { ...cursor, style: end.style }
    else {
      for (const { row, piece } of placements) rows.paint(row, piece)
      cursor = { row: end.row + 1, column: 0, style: end.style }
    }
    for (const { marker, row } of markers) {
      if (marker.kind === 'start') sections.open(marker, row)
      else sections.close(marker, row - 1)
    }
    return placements.reduce((first, { row }) => Math.min(first, row), end.row)
  }

  function place(): LinePlace {
    return { start, cursor, lastRow: rows.count() }
  }

  function finish(): void {
    if (unfinished.length > 0) take(unfinished, false)
    unfinished = new Uint8Array(0)
    overlay = []
  }

  function pieces(row: number): readonly Piece[] {
    const fresh = overlay.filter(placement => placement.row === row).map(placement => placement.piece)
    return fresh.length === 0 ? rows.pieces(row) : [...rows.pieces(row), ...fresh]
  }

  return {
    write,
    finish,
    rowCount: () => overlay.reduce((count, { row }) => Math.max(count, row + 1), rows.count()),
    pieces,
    sections: () => sections.all,
    sizeBytes: () => start + unfinished.length,
  }
}

type Cut = { readonly length: number; readonly isRedrawn: boolean }

/** Where the next line ends, by its bytes alone and not by how they arrived; null: not known yet. */
function nextCut(bytes: Uint8Array, from: number): Cut | null {
  const end = bytes.indexOf(newline, from)
  if (end !== -1 && end - from < maximumRowBytes) return { length: end + 1 - from, isRedrawn: false }
  if (bytes.length - from <= maximumRowBytes) return null
  const redraw = bytes.lastIndexOf(carriageReturn, from + maximumRowBytes - 2)
  if (redraw > from) return { length: redraw + 1 - from, isRedrawn: true }
  let length = maximumRowBytes
  while (length > maximumRowBytes - 3 && ((bytes[from + length] ?? 0) & 0xc0) === 0x80) length -= 1
  return { length, isRedrawn: false }
}

type Rows = {
  /** A row that is one piece from column 0. */
  readonly add: (row: number, start: number, end: number, style: Style) => void
  readonly paint: (row: number, piece: Piece) => void
  readonly count: () => number
  readonly pieces: (row: number) => readonly Piece[]
}

/** One piece a row is the rule and is kept in plain arrays of numbers; what comes on top is kept in a map. */
function createRows(): Rows {
  const starts: number[] = []
  const ends: number[] = []
  const styles: Style[] = []
  const more = new Map<number, Piece[]>()

  function add(row: number, start: number, end: number, style: Style): void {
    if (row < starts.length) paint(row, { start, end, column: 0, style })
    else {
      while (starts.length < row) push(start, start, style)
      push(start, end, style)
    }
  }

  function paint(row: number, piece: Piece): void {
    while (starts.length <= row) push(piece.start, piece.start, piece.style)
    more.set(row, [...(more.get(row) ?? []), piece])
  }

  function push(start: number, end: number, style: Style): void {
    starts.push(start)
    ends.push(end)
    styles.push(style)
  }

  function pieces(row: number): readonly Piece[] {
    const start = starts[row]
    if (start === undefined) return []
    const extra = more.get(row) ?? []
    const end = ends[row] ?? start
    return end > start || extra.length === 0
      ? [{ start, end, column: 0, style: styles[row] ?? plainStyle }, ...extra]
      : extra
  }

  return { add, paint, count: () => starts.length, pieces }
}

function append(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other
  const whole = new Uint8Array(one.length + other.length)
  whole.set(one)
  whole.set(other, one.length)
  return whole
}
