import { expect, it } from 'vitest'
import { comparisonOf } from '../../../../src/web/pages/compare/align.ts'

const differences = [
  { left: [0, 1], right: [0, 1] },
  { left: [4, 4], right: [4, 7] },
  { left: [9, 12], right: [12, 13] },
] as const
const rows = Array.from({ length: 14 }, (_, row) => row)

it('marks the rows that have no counterpart', () => {
  const { isDifferent } = comparisonOf(differences, 'left', true)
  expect(rows.filter(isDifferent)).toEqual([0, 9, 10, 11])
})

it('leaves room where the other log has more rows, so that both stay in step', () => {
  const [left, right] = [comparisonOf(differences, 'left', true), comparisonOf(differences, 'right', true)]
  expect(rows.filter(row => left.gapAbove(row) > 0).map(row => [row, left.gapAbove(row)])).toEqual([[4, 3]])
  expect(rows.filter(row => right.gapAbove(row) > 0).map(row => [row, right.gapAbove(row)])).toEqual([[13, 2]])
  expect(rows.some(row => comparisonOf(differences, 'left', false).gapAbove(row) > 0)).toBe(false)
})
