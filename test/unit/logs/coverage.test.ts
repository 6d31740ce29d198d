import { describe, expect, test } from 'vitest'
import { compileCoverage } from '../../../src/logs/coverage.ts'

const table: readonly (readonly [string, string, string, number | null])[] = [
  ['the number of the match', '/Total: \\d+\\.?\\d*%/', 'Total: 87.5%\n', 87.5],
  ['the last group', '/(\\w+) covers (\\d+)/', 'all covers 12\n', 12],
  ['the last line that matches', '/cov (\\d+)/', 'cov 1\ncov 2\nend\n', 2],
  ['the last match in a line', '/cov (\\d+)/', 'cov 1 cov 3\n', 3],
  ['nothing from a match without a number, and looks further up', '/cov (\\S+)/', 'cov 4\ncov none\n', 4],
  ['nothing where nothing matches', '/cov (\\d+)/', 'no\n', null],
  ['the line as it is, escapes included', '/Lines: \\x1b\\[1m(\\d+)/', 'Lines: \x1b[1m7%\x1b[0m\n', 7],
  ['with flags', '/TOTAL (\\d+)/i', 'total 9', 9],
  ['without slashes', 'TOTAL (\\d+)', 'TOTAL 9', 9],
]

describe('a coverage regex', () => {
  test.each(table)('takes %s', (_, pattern, log, expected) => {
    expect(compileCoverage(pattern)?.findIn(log) ?? null).toBe(expected)
  })

  test('that is invalid finds nothing', () => {
    expect(compileCoverage('/(/')).toBeNull()
  })

  test('takes linear time on an evil pattern', () => {
    expect(compileCoverage('/(a+)+$/')?.findIn(`${'a'.repeat(20_000)}!`)).toBeNull()
  })
})
