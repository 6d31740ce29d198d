import { describe, expect, it } from 'vitest'
import { createRowLayout } from '../../../../src/web/log/row-layout.ts'
import { createRandom } from '../../../support/random.ts'

describe('the layout of rows', () => {
  it('finds the row of each line and the line of each row, as counting does', () => {
    const random = createRandom(7)
    const heights = Array.from({ length: 3000 }, () => random.integer(4))
    const layout = createRowLayout()
    layout.update(0, heights.length, row => heights[row] ?? 0)
    let line = 0
    for (const [row, height] of heights.entries()) {
      expect(layout.lineOf(row)).toBe(line)
      for (let each = 0; each < height; each += 1) expect(layout.rowAt(line + each)).toBe(row)
      line += height
    }
    expect(layout.lineCount()).toBe(line)
  })

  it('grows at its end without looking at the rows before', () => {
    const layout = createRowLayout()
    const asked: number[] = []
    layout.update(0, 2000, () => 1)
    layout.update(1999, 2600, row => {
      asked.push(row)
      return 2
    })
    expect(asked[0]).toBe(1999)
    expect(asked).toHaveLength(601)
    expect(layout.lineCount()).toBe(1999 + 601 * 2)
    expect(layout.rowAt(1999 + 4)).toBe(2001)
  })

  it('becomes shorter, too', () => {
    const layout = createRowLayout()
    layout.update(0, 1500, () => 1)
    layout.update(1000, 1000, () => 1)
    expect(layout.lineCount()).toBe(1000)
  })

  it('of nothing has no line', () => {
    const layout = createRowLayout()
    expect([layout.lineCount(), layout.rowAt(0), layout.rowAt(-12), layout.lineOf(5)]).toEqual([0, 0, 0, 0])
  })
})
