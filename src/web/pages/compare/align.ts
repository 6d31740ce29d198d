// What the rows of two logs are told of their differences. Pure.
import type { Difference } from '../../log/compare-rows.ts'
import type { RowComparison } from '../../log/log-model.ts'

/** @param isAligned rows that are alike stand at one height: the log with fewer rows has gaps */
export function comparisonOf(
  differences: readonly Difference[],
  side: 'left' | 'right',
  isAligned: boolean,
): RowComparison {
  const other = side === 'left' ? 'right' : 'left'
  const different = new Set<number>()
  const gaps = new Map<number, number>()
  for (const difference of differences) {
    const [start, end] = difference[side]
    for (let row = start; row < end; row += 1) different.add(row)
    const missing = difference[other][1] - difference[other][0] - (end - start)
    if (isAligned && missing > 0) gaps.set(end, missing)
  }
  return { isDifferent: row => different.has(row), gapAbove: row => gaps.get(row) ?? 0 }
}
