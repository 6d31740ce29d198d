import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useShortcuts } from '../../keyboard.ts'
import { type Difference, mostCompared } from '../../log/compare-rows.ts'
import type { LogModel } from '../../log/log-model.ts'
import { Button } from '../../ui/button.tsx'
import { countWords } from '../../words.ts'

type DifferenceBarProps = {
  readonly left: LogModel
  readonly right: LogModel
  /** Null: not known yet. */
  readonly differences: readonly Difference[] | null
  readonly isAligned: boolean
}

export function DifferenceBar({ left, right, differences, isAligned }: DifferenceBarProps): JSX.Element {
  // A signal: two presses may come before the first is drawn.
  const at = useSignal(-1)
  const count = differences?.length ?? 0

  function step(by: 1 | -1): void {
    if (differences === null || count === 0) return
    const next = stepped(at.peek(), by, count)
    const difference = differences[next]
    if (difference === undefined) return
    at.value = next
    show(left, difference.left)
    show(right, difference.right)
    if (isAligned) right.scrollToPx(left.topPx())
  }

  useShortcuts([
    { key: 'n', label: 'Next difference', act: () => step(1) },
    { key: 'N', label: 'Previous difference', act: () => step(-1) },
  ])
  const isCut = [left, right].some(model => model.source.rowCount.value > mostCompared)
  return (
    <div class="compare-bar">
      <span role="status">{words(differences, at.value)}</span>
      {isCut && <span class="soft">Only the first {mostCompared.toLocaleString('en')} lines are compared.</span>}
      <span class="spacer" />
      <Button small icon="up" label="Previous difference (N)" disabled={count === 0} onClick={() => step(-1)} />
      <Button small icon="down" label="Next difference (n)" disabled={count === 0} onClick={() => step(1)} />
    </div>
  )
}

/** Round and round; -1: nowhere yet. */
function stepped(at: number, by: 1 | -1, count: number): number {
  if (at === -1) return by === 1 ? 0 : count - 1
  return (at + by + count) % count
}

function show(model: LogModel, [first, end]: readonly [number, number]): void {
  const row = Math.min(first, model.source.rowCount.peek() - 1)
  model.currentRow.value = end > first ? row : null
  model.reveal(Math.max(0, row))
}

function words(differences: readonly Difference[] | null, at: number): string {
  if (differences === null) return 'Comparing …'
  if (differences.length === 0) return 'The two logs are the same.'
  const all = `${countWords(differences.length, 'difference')}`
  return at === -1 ? all : `${at + 1} of ${all}`
}
