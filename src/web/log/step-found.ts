import type { LogModel } from './log-model.ts'

/** To the next (1) or previous (-1) hit, around the ends; 0: to the nearest at or below where the reader is. */
export function stepFound(model: LogModel, step: -1 | 0 | 1): void {
  const { rows } = model.source.found.peek()
  if (rows.length === 0) return
  const from = model.currentRow.peek() ?? -1
  const row = targetOf(rows, from, step)
  model.currentRow.value = row
  model.reveal(row)
}

export function targetOf(rows: readonly number[], from: number, step: -1 | 0 | 1): number {
  const first = rows[0] ?? 0
  if (step === 0) return rows.find(row => row >= from) ?? first
  if (step === 1) return rows.find(row => row > from) ?? first
  return rows.findLast(row => row < from) ?? rows.at(-1) ?? first
}
