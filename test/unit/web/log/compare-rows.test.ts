import { describe, expect, it } from 'vitest'
import { compareRows } from '../../../../src/web/log/compare-rows.ts'
import { createRandom } from '../../../support/random.ts'

const rows = (text: string): readonly string[] => text.split(' ')

describe('two logs', () => {
  it.each([
    ['a b c', 'a b c', []],
    ['a b c', 'a x c', [{ left: [1, 2], right: [1, 2] }]],
    ['a b c', 'a c', [{ left: [1, 2], right: [1, 1] }]],
    ['a c', 'a b b c', [{ left: [1, 1], right: [1, 3] }]],
    [
      'a b c d e',
      'a x c y e',
      [
        { left: [1, 2], right: [1, 2] },
        { left: [3, 4], right: [3, 4] },
      ],
    ],
    [
      'x x a x x',
      'x a x x x',
      [
        { left: [1, 2], right: [1, 1] },
        { left: [3, 3], right: [2, 3] },
      ],
    ],
    ['a b', 'c d', [{ left: [0, 2], right: [0, 2] }]],
  ] as const)('%s and %s', (left, right, differences) => {
    expect(compareRows(rows(left), rows(right))).toEqual(differences)
  })

  it('have lines in common though each stands there often', () => {
    const left = rows('. . . start . . end .')
    const right = rows('. . start . . . end . .')
    const same = left.length - differing(left, right).left
    expect(same).toBeGreaterThanOrEqual(7)
  })

  it('are the same but for what is told, whatever they are', () => {
    const random = createRandom(11)
    for (let round = 0; round < 300; round += 1) {
      const log = () => Array.from({ length: random.integer(30) }, () => String(random.integer(8)))
      const [left, right] = [log(), log()]
      const differences = compareRows(left, right)
      expect(without(left, differences, 'left')).toEqual(without(right, differences, 'right'))
    }
  })

  it('of many lines are compared in a bounded number of steps', () => {
    const left = Array.from({ length: 50_000 }, (_, row) => `line ${row % 700} of ${row % 900}`)
    const right = left.map((text, row) => (row % 1000 === 500 ? `${text} again` : text))
    expect(compareRows(left, right)).toHaveLength(50)
    expect(compareRows(left, [...left].reverse()).length).toBeGreaterThan(0)
  })
})

function without(log: readonly string[], differences: ReturnType<typeof compareRows>, side: 'left' | 'right') {
  return log.filter((_, row) => !differences.some(each => each[side][0] <= row && row < each[side][1]))
}

function differing(left: readonly string[], right: readonly string[]) {
  const differences = compareRows(left, right)
  return { left: left.length - without(left, differences, 'left').length }
}
