import { describe, expect, test } from 'vitest'
import { createLogSearch, type LogMatch } from '../../../src/logs/search.ts'

function search(log: string, query: string, pieceBytes = 1_000_000, limit = 100): readonly LogMatch[] {
  const searching = createLogSearch({ query, limit })
  const bytes = Buffer.from(log)
  for (let at = 0; at < bytes.length; at += pieceBytes) searching.write(bytes.subarray(at, at + pieceBytes))
  return searching.finish()
}

const rows = (matches: readonly LogMatch[]): readonly number[] => matches.map(match => match.row)

describe('a search in a log', () => {
  const table: readonly (readonly [string, string, string, readonly number[]])[] = [
    ['finds rows', 'one\ntwo\none more', 'one', [0, 2]],
    ['takes upper and lower case as the same', 'Error: x\nfine\nERROR\n', 'error', [0, 2]],
    ['unless the query has an upper-case letter', 'Error: x\nerror\n', 'Error', [0]],
    ['looks through colours', 'a \x1b[31mre\x1b[1md\x1b[0m thing\n', 'red thing', [0]],
    ['sees what \\r left', 'downloading 10%\rdone\x1b[K\n', 'download', []],
    ['sees rows as painted at the end', 'a: wait\nb: wait\n\x1b[2A\x1b[2Ka: done\n', 'wait', [1]],
    ['counts rows as the viewer does', 'xsection_start:1:s\r\x1b[0KTitle\nneedle\n', 'needle', [2]],
    ['finds nothing for nothing', 'a\n', '', []],
  ]
  test.each(table)('%s', (_, log, query, expected) => {
    expect(rows(search(log, query))).toEqual(expected)
    expect(rows(search(log, query, 1))).toEqual(expected)
  })

  test('shows the text around the match', () => {
    const [match] = search(`${'x'.repeat(5000)}needle${'y'.repeat(5000)}\n`, 'needle')
    expect(match?.excerpt.slice(match.column, match.column + match.length)).toBe('needle')
    expect(match?.excerpt.length).toBe(400)
  })

  test('stops at its limit', () => {
    expect(search('a\n'.repeat(500), 'a', 1000, 7)).toHaveLength(7)
  })
})
