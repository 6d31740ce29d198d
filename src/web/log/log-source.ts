// A log as the page sees it: how many rows there are, what stands in those that are looked at, what a search found. The
// work is done in the worker.
import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Section } from '../../logs/section.ts'
import { type Difference, mostCompared } from './compare-rows.ts'
import { openWorker } from './open-worker.ts'
import type { FromWorker, ShownRow } from './worker-protocol.ts'

export type FindState = {
  readonly text: string
  readonly kind: 'text' | 'failures'
  /** In order. */
  readonly rows: readonly number[]
  readonly isDone: boolean
  /** There are more than are counted. */
  readonly isCut: boolean
}

export type LogSource = {
  readonly rowCount: ReadonlySignal<number>
  readonly sizeBytes: ReadonlySignal<number>
  readonly sections: ReadonlySignal<readonly Section[]>
  readonly found: ReadonlySignal<FindState>
  /** Grows when rows were painted that were not there before. */
  readonly painted: ReadonlySignal<number>
  /** Undefined: it is being painted. */
  readonly row: (row: number) => ShownRow | undefined
  /** Columns of each row, once `measure` was called. */
  readonly columnsOf: (row: number) => number
  readonly measure: () => void
  /** Called with the first row whose place may have changed. */
  readonly onGrown: (listener: (firstChanged: number) => void) => () => void
  readonly write: (bytes: Uint8Array) => void
  readonly finish: () => void
  readonly find: (text: string, kind?: 'text' | 'failures') => void
  /** Where this log, read to its end, differs from another that is. Asked for once at a time. */
  readonly differencesFrom: (other: LogSource) => Promise<readonly Difference[]>
  /** The first rows as bare text. */
  readonly texts: (limit: number) => Promise<readonly string[]>
  readonly close: () => void
}

type Block = { rows: readonly ShownRow[]; isStale: boolean; isAsked: boolean }

const blockRows = 128
const keptBlocks = 400
const noFind: FindState = { text: '', kind: 'text', rows: [], isDone: true, isCut: false }

export function createLogSource(): LogSource {
  const { say, close } = openWorker(receive)
  const rowCount = signal(0)
  const sizeBytes = signal(0)
  const sections: Signal<readonly Section[]> = signal([])
  const found = signal(noFind)
  const painted = signal(0)
  const blocks = new Map<number, Block>()
  const listeners = new Set<(firstChanged: number) => void>()
  let widths: Uint16Array<ArrayBuffer> | undefined
  let lastSearch = 0
  let takeTexts: (texts: readonly string[]) => void = () => {}
  let takeDifferences: (differences: readonly Difference[]) => void = () => {}

  function receive(data: Exclude<FromWorker, { type: 'ready' }>): void {
    if (data.type === 'grown') grown(data.rowCount, data.sizeBytes, data.firstChanged, data.sections)
    else if (data.type === 'rows') takeRows(data.from, data.rows)
    else if (data.type === 'widths') takeWidths(data.from, data.widths)
    else if (data.type === 'texts') takeTexts(data.texts)
    else if (data.type === 'compared') takeDifferences(data.differences)
    else if (data.search === lastSearch) takeFound(data.rows, data.isDone, data.isCut)
  }

  function grown(rows: number, bytes: number, firstChanged: number, newSections: readonly Section[] | null): void {
    for (const [block, state] of blocks) if ((block + 1) * blockRows > firstChanged) state.isStale = true
    rowCount.value = rows
    sizeBytes.value = bytes
    if (newSections !== null) sections.value = newSections
    for (const listener of listeners) listener(firstChanged)
    painted.value += 1
  }

  function takeRows(from: number, rows: readonly ShownRow[]): void {
    const number = from / blockRows
    blocks.delete(number)
    blocks.set(number, { rows, isStale: false, isAsked: false })
    if (blocks.size > keptBlocks) blocks.delete(blocks.keys().next().value ?? -1)
    painted.value += 1
  }

  function takeWidths(from: number, fresh: Uint16Array<ArrayBuffer>): void {
    const wanted = from + fresh.length
    if (widths === undefined || widths.length < wanted) {
      const larger = new Uint16Array(Math.max(wanted, (widths?.length ?? 0) * 2, 4096))
      if (widths !== undefined) larger.set(widths)
      widths = larger
    }
    widths.set(fresh, from)
    for (const listener of listeners) listener(from)
    painted.value += 1
  }

  function takeFound(rows: readonly number[], isDone: boolean, isCut: boolean): void {
    found.value = { ...found.value, rows: [...found.value.rows, ...rows], isDone, isCut }
  }

  function row(number: number): ShownRow | undefined {
    const place = Math.floor(number / blockRows)
    const block = blocks.get(place)
    if (block === undefined || (block.isStale && !block.isAsked)) ask(place, block)
    return block?.rows[number - place * blockRows]
  }

  function ask(place: number, known: Block | undefined): void {
    blocks.set(place, { rows: known?.rows ?? [], isStale: false, isAsked: true })
    say({ type: 'rows', from: place * blockRows, to: (place + 1) * blockRows })
  }

  return {
    rowCount,
    sizeBytes,
    sections,
    found,
    painted,
    row,
    columnsOf: number => widths?.[number] ?? 0,
    measure: () => {
      if (widths !== undefined) return
      widths = new Uint16Array(0)
      say({ type: 'measure' })
    },
    onGrown: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    write: bytes => say({ type: 'write', bytes }, bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer] : []),
    finish: () => say({ type: 'finish' }),
    find: (text, kind = 'text') => {
      lastSearch += 1
      found.value = { ...noFind, text, kind, isDone: text === '' && kind === 'text' }
      say({ type: 'find', search: lastSearch, text, kind })
    },
    async differencesFrom(other) {
      const texts = await other.texts(mostCompared)
      return new Promise(resolve => {
        takeDifferences = resolve
        say({ type: 'compare', texts })
      })
    },
    texts: limit =>
      new Promise(resolve => {
        takeTexts = resolve
        say({ type: 'texts', to: limit })
      }),
    close,
  }
}
