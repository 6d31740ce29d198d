// The bare text of a row, for search: as painted, but without the cost of painting where only colours stand in the way.
import type { Piece } from './line.ts'
import { paintPieces } from './line.ts'
import { rowText } from './paint.ts'

const decoder = new TextDecoder()
export const colours = /\x1b\[[0-9;:]*[mK]/g
const controls = /[\x00-\x08\x0b-\x1f\x7f\t]/

export function textOfPieces(pieces: readonly Piece[], read: (start: number, end: number) => Uint8Array): string {
  const [piece] = pieces
  if (piece === undefined) return ''
  if (pieces.length === 1 && piece.column === 0) {
    const text = decoder.decode(read(piece.start, piece.end)).replace(colours, '').replace(/\r+$/, '')
    if (!controls.test(text) && !/^\d{4}-\d\d-\d\dT/.test(text)) return text
  }
  return rowText(paintPieces(pieces, read))
}
