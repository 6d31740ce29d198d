import { describe, expect, it } from 'vitest'
import type { Section } from '../../../../src/logs/section.ts'
import { hiddenRanges, hiddenTest, unfoldAround } from '../../../../src/web/log/folding.ts'

function section(row: number, lastRow: number | null, isCollapsed = false): Section {
  return { name: `s${row}`, row, lastRow, startedAt: 0, endedAt: null, isCollapsed, hidesDuration: false, depth: 0 }
}
const none = new Map<number, boolean>()

describe('folded sections', () => {
  it('hide what is in them, but not their titles', () => {
    const ranges = hiddenRanges([section(2, 5, true), section(8, 9, false)], none, 20)
    expect(ranges).toEqual([{ first: 3, last: 5 }])
    const isHidden = hiddenTest(ranges)
    expect([0, 2, 3, 5, 6, 3, 9].map(isHidden)).toEqual([false, false, true, true, false, true, false])
  })

  it('are as the reader chose, not as the log said', () => {
    const sections = [section(0, 3, true), section(4, 7, false)]
    const choices = new Map([
      [0, false],
      [1, true],
    ])
    expect(hiddenRanges(sections, choices, 8)).toEqual([{ first: 5, last: 7 }])
  })

  it('inside folded ones count once', () => {
    const sections = [section(0, 9, true), section(2, 4, true), section(12, 14, true)]
    expect(hiddenRanges(sections, none, 20)).toEqual([
      { first: 1, last: 9 },
      { first: 13, last: 14 },
    ])
  })

  it('that are still open hide up to the end', () => {
    expect(hiddenRanges([section(3, null, true)], none, 10)).toEqual([{ first: 4, last: 9 }])
    expect(hiddenRanges([section(9, null, true)], none, 10)).toEqual([])
  })

  it('open around a row that is to be seen, and only those', () => {
    const sections = [section(0, 9, true), section(2, 4, true), section(6, 8, true), section(12, 14, true)]
    const opened = unfoldAround(3, sections, none)
    expect([...opened]).toEqual([
      [0, false],
      [1, false],
    ])
    expect(hiddenTest(hiddenRanges(sections, opened, 20))(3)).toBe(false)
  })

  it('do not open for their own title', () => {
    expect([...unfoldAround(2, [section(2, 4, true)], none)]).toEqual([])
  })
})
