// Paints one row of a log: bytes with escapes become segments of text with a style, as a terminal would show them after
// all `\r`, erasures and cursor moves. Pure, for the browser too. Only text comes out; showing it as HTML is safe as text.
import { readEscape } from './escape.ts'
import { applySgr, plainStyle, type Style } from './style.ts'

export type Segment = { readonly text: string; readonly style: Style }

export type PaintedRow = {
  readonly segments: readonly Segment[]
  /** ISO 8601, when the runner wrote one in front of the line. */
  readonly timestamp: string | null
}

/** Bytes to paint onto a row from `column` on, beginning in `style`. */
export type Brush = { readonly bytes: Uint8Array; readonly column: number; readonly style: Style }

/** Where a brush ends. */
export type Pen = { readonly column: number; readonly style: Style }

type Cell = { text: string; style: Style }

const tabColumns = 8
const maximumColumns = 100_000
const timestampPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z) \d\d[OE][ +]/
/** Bidirectional and invisible format marks could make a line read as something else. */
const misleading = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const decoder = new TextDecoder()

export function paintRow(brushes: readonly Brush[]): PaintedRow {
  const cells: Cell[] = []
  let timestamp: string | null = null
  for (const brush of brushes) {
    const first = brush === brushes[0] ? readTimestamp(brush.bytes) : null
    if (first !== null) timestamp = first.timestamp
    paint(cells, first === null ? brush : { ...brush, bytes: brush.bytes.subarray(first.lengthBytes) })
  }
  return { segments: joinCells(cells), timestamp }
}

/** The text alone: for search and copying. */
export function rowText(painted: PaintedRow): string {
  return painted.segments.map(segment => segment.text).join('')
}

/** Where the pen stands after these bytes. */
export function movePen(brush: Brush): Pen {
  return paint([], brush)
}

function readTimestamp(bytes: Uint8Array): { readonly timestamp: string; readonly lengthBytes: number } | null {
  const match = timestampPattern.exec(String.fromCharCode(...bytes.subarray(0, 40)))
  return match === null ? null : { timestamp: match[1] ?? '', lengthBytes: match[0].length }
}

function paint(cells: Cell[], { bytes, column: from, style: before }: Brush): Pen {
  let column = from
  let style = before
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0
    if (byte === 0x1b) {
      const sequence = readEscape(bytes, at, bytes.length)
      if (sequence.final === 'm') style = applySgr(style, sequence.parameters)
      else column = moveOrErase(cells, column, sequence.final, sequence.parameters)
      at = sequence.end
    } else if (byte < 0x20 || byte === 0x7f) {
      column = control(cells, column, byte, style)
      at += 1
    } else {
      let end = at
      while (end < bytes.length && (bytes[end] ?? 0) >= 0x20 && bytes[end] !== 0x7f) end += 1
      column = put(cells, column, decoder.decode(bytes.subarray(at, end)).replace(misleading, '\ufffd'), style)
      at = end
    }
  }
  return { column, style }
}

function control(cells: Cell[], column: number, byte: number, style: Style): number {
  switch (byte) {
    case 0x0d:
      return 0
    case 0x08:
      return Math.max(0, column - 1)
    case 0x09:
      return put(cells, column, ' '.repeat(tabColumns - (column % tabColumns)), style)
    default:
      return column
  }
}

function moveOrErase(cells: Cell[], column: number, final: string, parameters: readonly number[]): number {
  const count = Math.min(maximumColumns, Math.max(1, parameters[0] ?? 1))
  switch (final) {
    case 'C':
      return Math.min(maximumColumns, column + count)
    case 'D':
      return Math.max(0, column - count)
    case 'G':
      return count - 1
    case 'K':
    case 'J':
      erase(cells, column, parameters[0] ?? 0)
      return column
    case 'P':
      cells.splice(column, count)
      return column
    default:
      return column
  }
}

function erase(cells: Cell[], column: number, mode: number): void {
  if (mode === 0 || mode === 2) cells.length = Math.min(cells.length, mode === 2 ? 0 : column)
  if (mode === 1) for (let index = 0; index <= column && index < cells.length; index += 1) cells[index] = blank()
}

function put(cells: Cell[], from: number, text: string, style: Style): number {
  let column = from
  while (cells.length < column) cells.push(blank())
  for (const character of text) {
    if (column >= maximumColumns) return column
    cells[column] = { text: character, style }
    column += 1
  }
  return column
}

function blank(): Cell {
  return { text: ' ', style: plainStyle }
}

function joinCells(cells: readonly Cell[]): readonly Segment[] {
  const segments: { text: string; style: Style }[] = []
  for (const { text, style } of cells) {
    const last = segments.at(-1)
    if (last !== undefined && isSameStyle(last.style, style)) last.text += text
    else segments.push({ text, style })
  }
  return segments
}

function isSameStyle(one: Style, other: Style): boolean {
  if (one === other) return true
  return (Object.keys(plainStyle) as (keyof Style)[]).every(key => one[key] === other[key])
}
