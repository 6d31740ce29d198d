// Finds a text in a log while the log is read. Rows are those of the viewer (line.ts), so a match's row can be linked to.
import { createLineIndex } from './line.ts'
import { colours, textOfPieces } from './row-text.ts'

export type LogMatch = {
  /** From 0. */
  readonly row: number
  /** Of the row's text, at most `excerptCharacters` around the match. */
  readonly excerpt: string
  /** Of the match in `excerpt`. */
  readonly column: number
  readonly length: number
}

export type LogSearch = {
  readonly write: (bytes: Uint8Array) => void
  /** The matching rows in order, at most `limit`. */
  readonly finish: () => readonly LogMatch[]
  /** True: reading on would find nothing more. */
  readonly isFull: () => boolean
}

const excerptCharacters = 400
/** Moves of the cursor lead no farther back than these bytes can tell. */
const keptBytes = 128 * 1024
const decoder = new TextDecoder()
/** What makes a row show another text than its bytes in their order. */
const movesInRow = /\r(?!\n)|[\b\t]|\x1b\[[0-9;]*[A-JP]|\x1b[^[]/

/** @param query a text; upper and lower case are the same unless it has an upper-case letter */
export function createLogSearch({ query, limit }: { readonly query: string; readonly limit: number }): LogSearch {
  const find = finderFor(query)
  const index = createLineIndex()
  const matches = new Map<number, LogMatch>()
  let kept: Uint8Array = new Uint8Array(0)
  let keptFrom = 0

  const read = (start: number, end: number): Uint8Array =>
    start < keptFrom ? new Uint8Array(0) : kept.subarray(start - keptFrom, end - keptFrom)

  function write(bytes: Uint8Array): void {
    const tail = kept.subarray(Math.max(0, kept.length - keptBytes))
    keptFrom += kept.length - tail.length
    kept = Buffer.concat([tail, bytes])
    const unfinishedFrom = index.pieces(index.rowCount() - 1)[0]?.start ?? 0
    const first = index.write(bytes)
    if (mayMatch(read(Math.max(keptFrom, unfinishedFrom), keptFrom + kept.length))) look(first)
  }

  /** Most pieces of a log hold no match, and are passed over without looking at their rows. */
  function mayMatch(bytes: Uint8Array): boolean {
    const text = decoder.decode(bytes)
    return movesInRow.test(text) || find(text.replace(colours, '')) !== null
  }

  /** The unfinished row, and one that is painted over, are looked at again when they change. */
  function look(from: number): void {
    for (let row = from; row < index.rowCount(); row += 1) {
      const match = find(textOfPieces(index.pieces(row), read))
      if (match === null) matches.delete(row)
      else if (matches.size < limit) matches.set(row, { row, ...match })
    }
  }

  function finish(): readonly LogMatch[] {
    return [...matches.values()].sort((one, other) => one.row - other.row)
  }

  return { write, finish, isFull: () => matches.size >= limit }
}

type Found = Omit<LogMatch, 'row'>

function finderFor(query: string): (text: string) => Found | null {
  const isExact = /\p{Lu}/u.test(query)
  const wanted = isExact ? query : query.toLowerCase()
  return text => {
    const at = (isExact ? text : text.toLowerCase()).indexOf(wanted)
    return at === -1 || wanted === '' ? null : excerptOf(text, at, wanted.length)
  }
}

function excerptOf(text: string, at: number, length: number): Found {
  const start = text.length <= excerptCharacters ? 0 : Math.max(0, at - excerptCharacters / 4)
  return { excerpt: text.slice(start, start + excerptCharacters), column: at - start, length }
}
