import { describe, expect, it } from 'vitest'
import { hashOf, selectionOf } from '../../../../src/web/log/line-link.ts'
import { totalIn } from '../../../../src/web/log/read-trace.ts'
import { rowColumns } from '../../../../src/web/log/row-columns.ts'
import { timeOf } from '../../../../src/web/log/trace-times.ts'

describe('a link to lines', () => {
  it.each([
    ['#L1', { first: 0, last: 0 }],
    ['#L12-20', { first: 11, last: 19 }],
    ['#L20-L12', { first: 11, last: 19 }],
    ['#L0', null],
    ['#L', null],
    ['#other', null],
    ['', null],
  ])('%s names %j', (hash, selection) => expect(selectionOf(hash)).toEqual(selection))

  it('is made of what it names', () => {
    expect(hashOf({ first: 4, last: 4 })).toBe('#L5')
    expect(selectionOf(hashOf({ first: 4, last: 9 }))).toEqual({ first: 4, last: 9 })
  })
})

describe('the width of a row', () => {
  it.each([
    ['abc', 3],
    ['\tx', 9],
    ['a\tx', 9],
    ['中文', 4],
    ['👩', 2],
    ['x'.repeat(70_000), 65_535],
  ])('%j', (text, columns) => expect(rowColumns(text)).toBe(columns))
})

describe('the time of a byte', () => {
  const times: readonly (readonly [number, number])[] = [
    [0, 100],
    [50, 200],
    [80, 300],
  ]
  it.each([
    [0, 100],
    [49, 100],
    [50, 200],
    [9999, 300],
  ])('at offset %i is %i', (offset, time) => expect(timeOf(times, offset)).toBe(time))
  it('is not known without times', () => expect(timeOf([], 3)).toBeNull())
})

describe('Content-Range', () => {
  it.each([
    ['bytes 0-99/1234', 1234],
    ['bytes */0', 0],
    ['bytes 0-99/*', null],
    [null, null],
  ])('%s tells %s bytes', (header, total) => expect(totalIn(header)).toBe(total))
})
