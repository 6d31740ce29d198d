import { describe, expect, test } from 'vitest'
import { parseChunkRange, parseRange, uploadRange } from '../../../src/registry/ranges.ts'

describe('a pull of 100 bytes', () => {
  test.each([
    ['bytes=0-9', { kind: 'part', first: 0, last: 9 }],
    ['bytes=90-', { kind: 'part', first: 90, last: 99 }],
    ['bytes=-10', { kind: 'part', first: 90, last: 99 }],
    ['bytes=-1000', { kind: 'part', first: 0, last: 99 }],
    ['bytes=50-1000', { kind: 'part', first: 50, last: 99 }],
    ['bytes=100-', { kind: 'unsatisfiable' }],
    ['bytes=9-0', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=0-9,20-29', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['items=0-9', { kind: 'whole' }],
    [undefined, { kind: 'whole' }],
  ])('with range %s', (header, expected) => expect(parseRange(header, 100)).toEqual(expected))

  test('an empty body satisfies no range', () => {
    expect(parseRange('bytes=0-0', 0)).toEqual({ kind: 'unsatisfiable' })
    expect(parseRange('bytes=-1', 0)).toEqual({ kind: 'unsatisfiable' })
  })
})

test.each([
  ['0-9', { first: 0, last: 9 }],
  ['bytes 10-19/100', { first: 10, last: 19 }],
  ['bytes=10-19/*', { first: 10, last: 19 }],
  ['9-0', null],
  ['-9', null],
  ['0-', null],
  ['a-b', null],
  [`0-${'9'.repeat(30)}`, null],
])('the chunk range %s is read', (header, expected) => expect(parseChunkRange(header)).toEqual(expected))

test('an upload tells the last byte that it has, and 0-0 when empty', () => {
  expect([0, 1, 10].map(uploadRange)).toEqual(['0-0', '0-0', '0-9'])
})
