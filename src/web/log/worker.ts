// Reads a log beside the page: finds its rows, paints those that are looked at, searches all of it. The page stays smooth
// however long the log is.
import { createLineIndex, paintPieces } from '../../logs/line.ts'
import { textOfPieces } from '../../logs/row-text.ts'
import { createByteStore } from './byte-store.ts'
import { compareRows, mostCompared } from './compare-rows.ts'
import { failureMatcher, type Matcher, textMatcher } from './matcher.ts'
import { rowColumns } from './row-columns.ts'
import type { FromWorker, ToWorker } from './worker-protocol.ts'

type WorkerScope = {
  onmessage: ((event: { readonly data: ToWorker }) => void) | null
  readonly postMessage: (message: FromWorker, transfer?: Transferable[]) => void
}

const scope = globalThis as unknown as WorkerScope
const rowsPerTurn = 20_000
const maximumFound = 100_000

const store = createByteStore()
const index = createLineIndex()
let knownSections = -1
let isMeasuring = false
let isFinished = false
let currentSearch = 0
/** Goes on with the search that is under way when rows are added. */
let resumeSearch: (() => void) | undefined

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case 'write':
      return write(data.bytes)
    case 'finish':
      index.finish()
      isFinished = true
      return grow(Math.max(0, index.rowCount() - 1))
    case 'rows':
      return sendRows(data.from, data.to)
    case 'measure':
      isMeasuring = true
      return sendWidths(0)
    case 'texts':
      return scope.postMessage({ type: 'texts', texts: textsTo(data.to) })
    case 'compare':
      return scope.postMessage({ type: 'compared', differences: compareRows(textsTo(mostCompared), data.texts) })
    case 'find':
      return find(
        data.search,
        data.kind === 'failures' ? failureMatcher : textMatcher(data.text),
        data.text === '' && data.kind === 'text',
      )
  }
}

scope.postMessage({ type: 'ready' })

function write(bytes: Uint8Array): void {
  store.append(bytes)
  grow(index.write(bytes))
}

function grow(firstChanged: number): void {
  const sections = index.sections()
  const mark = sections.length * 1e6 + sections.filter(section => section.lastRow !== null).length
  const isSame = mark === knownSections
  knownSections = mark
  scope.postMessage({
    type: 'grown',
    rowCount: index.rowCount(),
    sizeBytes: store.size(),
    firstChanged,
    sections: isSame ? null : [...sections],
  })
  if (isMeasuring) sendWidths(firstChanged)
  resumeSearch?.()
}

function sendRows(from: number, to: number): void {
  const rows = []
  for (let row = from; row < Math.min(to, index.rowCount()); row += 1) {
    const pieces = index.pieces(row)
    rows.push({ ...paintPieces(pieces, store.read), offset: pieces[0]?.start ?? 0 })
  }
  scope.postMessage({ type: 'rows', from, rows })
}

function sendWidths(from: number): void {
  const count = index.rowCount()
  const widths = new Uint16Array(Math.max(0, count - from))
  for (let row = from; row < count; row += 1)
    widths[row - from] = rowColumns(textOfPieces(index.pieces(row), store.read))
  scope.postMessage({ type: 'widths', from, widths }, [widths.buffer])
}

function textsTo(end: number): readonly string[] {
  return Array.from({ length: Math.min(end, index.rowCount()) }, (_, row) =>
    textOfPieces(index.pieces(row), store.read),
  )
}

/** In turns, so that rows can be painted meanwhile. Rows that come later are looked at when they are complete. */
function find(search: number, matcher: Matcher, isOff: boolean): void {
  currentSearch = search
  resumeSearch = undefined
  if (isOff) return
  let next = 0
  let found = 0
  let isWaiting = false

  function turn(): void {
    if (currentSearch !== search) return
    isWaiting = false
    const complete = index.rowCount() - (isFinished ? 0 : 1)
    const end = Math.min(next + rowsPerTurn, complete)
    const rows: number[] = []
    for (; next < end && found + rows.length < maximumFound; next += 1) {
      if (matcher.matches(textOfPieces(index.pieces(next), store.read))) rows.push(next)
    }
    found += rows.length
    const isCut = found >= maximumFound
    const isDone = isCut || next >= complete
    scope.postMessage({ type: 'found', search, rows, isDone, isCut })
    if (!isDone) again()
  }

  function again(): void {
    if (isWaiting || found >= maximumFound) return
    isWaiting = true
    setTimeout(turn, 0)
  }

  resumeSearch = again
  turn()
}
