// What the viewer shows of a log: which rows are hidden or wrapped, where the view stands, whether it follows the end.
import { type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type FoldChoices, hiddenRanges, hiddenTest, isFolded, unfoldAround } from './folding.ts'
import type { LogSource } from './log-source.ts'
import { createRowLayout, type RowLayout } from './row-layout.ts'

export const rowPx = 20
/** Free space below the last row. */
const tailPx = 12

export type LogModel = {
  readonly source: LogSource
  readonly layout: RowLayout
  /** Grows whenever rows have moved. */
  readonly moved: ReadonlySignal<number>
  readonly folds: ReadonlySignal<FoldChoices>
  readonly follow: Signal<boolean>
  /** Where a search or a link stands. */
  readonly currentRow: Signal<number | null>
  readonly contentPx: () => number
  /** Null: lines are not wrapped. */
  readonly setColumns: (columns: number | null) => void
  readonly toggleSection: (index: number) => void
  readonly foldAll: (folded: boolean) => void
  /** Opens what hides the row and asks the view to show it. */
  readonly reveal: (row: number) => void
  /** What is compared with another log; null: nothing is. */
  readonly comparison: ReadonlySignal<RowComparison | null>
  readonly compare: (comparison: RowComparison) => void
  /** The view sets them: bring a row, or a place in pixels, into sight, and tell which place is at the top. */
  scrollTo: (row: number) => void
  scrollToPx: (px: number) => void
  topPx: () => number
  readonly close: () => void
}

export type RowComparison = {
  readonly isDifferent: (row: number) => boolean
  /** Empty lines above a row, where the other log has more. */
  readonly gapAbove: (row: number) => number
}

export function createLogModel(source: LogSource): LogModel {
  const layout = createRowLayout()
  const moved = signal(0)
  const folds = signal<FoldChoices>(new Map())
  const comparison = signal<RowComparison | null>(null)
  let columns: number | null = null

  function place(first: number): void {
    const rows = source.rowCount.peek()
    const isHidden = hiddenTest(hiddenRanges(source.sections.peek(), folds.peek(), rows))
    layout.update(first, rows, row => (isHidden(row) ? 0 : linesOf(row)))
    moved.value += 1
  }

  function linesOf(row: number): number {
    const gap = comparison.peek()?.gapAbove(row) ?? 0
    return gap + (columns === null ? 1 : Math.max(1, Math.ceil(source.columnsOf(row) / columns)))
  }

  function choose(choices: FoldChoices): void {
    folds.value = choices
    place(0)
  }

  const stopListening = source.onGrown(place)
  const model: LogModel = {
    source,
    layout,
    moved,
    folds,
    follow: signal(false),
    currentRow: signal(null),
    contentPx: () => layout.lineCount() * rowPx + tailPx,
    setColumns: wanted => {
      if (wanted === columns) return
      columns = wanted
      if (wanted !== null) source.measure()
      place(0)
    },
    toggleSection: index => {
      const section = source.sections.peek()[index]
      if (section !== undefined) choose(new Map(folds.peek()).set(index, !isFolded(section, index, folds.peek())))
    },
    foldAll: folded => choose(new Map(source.sections.peek().map((_, index) => [index, folded]))),
    reveal: row => {
      const opened = unfoldAround(row, source.sections.peek(), folds.peek())
      if (
        opened.size !== folds.peek().size ||
        [...opened].some(([index, folded]) => folds.peek().get(index) !== folded)
      )
        choose(opened)
      model.scrollTo(row)
    },
    comparison,
    compare: found => {
      comparison.value = found
      place(0)
    },
    scrollTo: () => {},
    scrollToPx: () => {},
    topPx: () => 0,
    close: () => {
      stopListening()
      source.close()
    },
  }
  return model
}
