// The rows in sight, and no others. They stand in a layer that sticks to the view; what scrolls is an empty track.
import { useComputed, useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { isFolded } from './folding.ts'
import { type LogModel, rowPx } from './log-model.ts'
import { LogRow, type SectionHead } from './log-row.tsx'
import { failureMatcher, type Matcher, textMatcher } from './matcher.ts'
import { type Scroll, useScroll } from './use-scroll.ts'
import type { TimestampMode } from './view-options.ts'

type LogRowsProps = {
  readonly model: LogModel
  readonly startedAt: number
  readonly timeAt: (offset: number) => number | null
  readonly selection: { readonly first: number; readonly last: number } | null
  readonly onSelect: (row: number, extend: boolean) => void
  readonly isWrapped: boolean
  readonly timestamps: TimestampMode
  /** False: sections stay open. */
  readonly canFold?: boolean
  readonly name?: string
  /** The reader has scrolled to this place. */
  readonly onScrolled?: (topPx: number) => void
}

const overscanRows = 12
/** Free space beside the number, the fold button, the time, the right end: in pixels. */
const gutterPx = { beside: 30, fold: 20, time: 78, end: 16 }

export function LogRows(props: LogRowsProps): JSX.Element {
  const { model, startedAt, timeAt, selection, onSelect, isWrapped, timestamps, canFold = true } = props
  const area = useRef<HTMLDivElement>(null)
  const scroll = useScroll(area, model.contentPx, props.onScrolled)
  const characterPx = useCharacterPx(area)
  const numberPx = Math.ceil(Math.max(3, String(model.source.rowCount.value).length) * characterPx) + gutterPx.beside
  const gutter = numberPx + gutterPx.fold + (timestamps === 'off' ? 0 : gutterPx.time) + gutterPx.end
  const columns = Math.max(20, Math.floor((scroll.widthPx.value - gutter) / characterPx))
  useLayoutEffect(() => model.setColumns(isWrapped ? columns : null), [isWrapped, columns])
  useFollowing(model, scroll)

  const heads = useSectionHeads(model)
  const matcher = useMatcher(model)
  // Read so that the rows are drawn again when they were painted or moved.
  void model.source.painted.value
  void model.moved.value
  const first = model.layout.rowAt(Math.floor(scroll.top.value / rowPx) - overscanRows)
  const rows = rowsInSight(model, scroll, first)
  const comparison = model.comparison.value
  const widest = useWidest(model, rows, isWrapped ? 0 : characterPx)
  const offset = model.layout.lineOf(first) * rowPx - scroll.top.value

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls with the keyboard
    <section class="log-area" ref={area} tabIndex={0} aria-label={props.name ?? 'Log'} onScroll={scroll.onScroll}>
      <div
        class="log-track"
        style={{ height: `${scroll.scale().trackPx}px`, minWidth: widest === 0 ? '100%' : `${widest + gutter}px` }}
      >
        <div class="log-window" style={{ height: `${Math.min(scroll.viewPx.value, scroll.scale().trackPx)}px` }}>
          <div
            class={isWrapped ? 'log-rows log-wrapped' : 'log-rows'}
            style={{ transform: `translateY(${offset}px)`, '--log-number': `${numberPx}px` }}
          >
            {rows.map(row => (
              <LogRow
                key={row}
                row={row}
                painted={model.source.row(row)}
                head={heads.get(row)}
                matcher={matcher}
                gapPx={(comparison?.gapAbove(row) ?? 0) * rowPx}
                isDifferent={comparison?.isDifferent(row) ?? false}
                isCurrent={model.currentRow.value === row}
                isSelected={selection !== null && row >= selection.first && row <= selection.last}
                timestamps={timestamps}
                startedAt={startedAt}
                timeAt={timeAt}
                onToggle={canFold ? model.toggleSection : null}
                onSelect={onSelect}
              />
            ))}
          </div>
        </div>
      </div>
    </section>
  )
}

function rowsInSight({ layout }: LogModel, scroll: Scroll, first: number): readonly number[] {
  const end = Math.ceil((scroll.top.value + scroll.viewPx.value) / rowPx) + overscanRows
  const rows: number[] = []
  for (let row = first, line = layout.lineOf(first); row < layout.rowCount() && line < end; row += 1) {
    const height = layout.heightOf(row)
    if (height > 0) rows.push(row)
    line += height
  }
  return rows
}

/** Keeps the end in sight while it is followed; a move up by the reader ends the following, a move to the end begins it. */
function useFollowing(model: LogModel, scroll: Scroll): void {
  useSignalEffect(() => {
    void model.moved.value
    void scroll.viewPx.value
    if (model.follow.value) scroll.scrollTo(Number.POSITIVE_INFINITY)
  })
  useSignalEffect(() => {
    const distance = model.contentPx() - scroll.viewPx.peek() - scroll.top.value
    if (model.follow.peek() && distance > rowPx * 3) model.follow.value = false
  })
  useEffect(() => {
    model.scrollToPx = scroll.scrollTo
    model.topPx = () => scroll.top.peek()
    model.scrollTo = row => {
      model.follow.value = false
      const at = model.layout.lineOf(row) * rowPx
      const isInSight = at >= scroll.top.peek() + rowPx && at <= scroll.top.peek() + scroll.viewPx.peek() - rowPx * 3
      if (!isInSight) scroll.scrollTo(at - scroll.viewPx.peek() / 3)
    }
  }, [model])
}

function useSectionHeads(model: LogModel): ReadonlyMap<number, SectionHead> {
  const heads = useComputed(() => {
    const found = new Map<number, SectionHead>()
    for (const [index, section] of model.source.sections.value.entries()) {
      found.set(section.row, { section, index, isFolded: isFolded(section, index, model.folds.value) })
    }
    return found
  })
  return heads.value
}

function useMatcher(model: LogModel): Matcher | undefined {
  const { text, kind } = model.source.found.value
  return useMemo(() => {
    if (kind === 'failures') return failureMatcher
    return text === '' ? undefined : textMatcher(text)
  }, [text, kind])
}

/** The widest row seen so far: it may grow while one scrolls, but not shrink. */
function useWidest(model: LogModel, rows: readonly number[], characterPx: number): number {
  const widest = useRef(0)
  if (characterPx === 0) return 0
  for (const row of rows) {
    const length = model.source.row(row)?.segments.reduce((sum, segment) => sum + segment.text.length, 0) ?? 0
    widest.current = Math.max(widest.current, Math.ceil(length * characterPx))
  }
  return widest.current
}

function useCharacterPx(area: { readonly current: HTMLElement | null }): number {
  const [px, setPx] = useState(7.5)
  useLayoutEffect(() => {
    const probe = document.createElement('span')
    probe.className = 'log-probe'
    probe.textContent = 'x'.repeat(100)
    area.current?.append(probe)
    setPx(probe.getBoundingClientRect().width / 100 || 7.5)
    probe.remove()
  }, [])
  return px
}
