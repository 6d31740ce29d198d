// Colours and columns for a terminal; plain text everywhere else.
import { styleText } from 'node:util'
import { plain } from './plain.ts'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue'
export type Paint = (style: Style, text: string) => string

export function createPaint(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream })
}

/** Rows in columns that are as wide as they need to be, in plain text; `paint` gets each cell after it was padded. */
export function columns(
  rows: readonly (readonly string[])[],
  paint: (cell: string, column: number, row: number) => string = cell => cell,
): string {
  const plainRows = rows.map(row => row.map(plain))
  const widths: number[] = []
  for (const row of plainRows)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  return plainRows
    .map((row, rowIndex) =>
      row
        .map((cell, at) => paint(at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0), at, rowIndex))
        .join('  '),
    )
    .join('\n')
}
