import { describe, expect, it } from 'vitest'
import { failureMatcher, textMatcher } from '../../../../src/web/log/matcher.ts'
import { targetOf } from '../../../../src/web/log/step-found.ts'

describe('finding in a log', () => {
  it('passes over capitals unless there is one in what is sought', () => {
    expect(textMatcher('error').matches('An ERROR')).toBe(true)
    expect(textMatcher('Error').matches('An ERROR')).toBe(false)
  })

  it('tells every place, in the text as it is', () => {
    expect(textMatcher('aa').places('aaaa Aa')).toEqual([
      [0, 2],
      [2, 4],
      [5, 7],
    ])
    expect(textMatcher('i').places('İi')).toEqual([[1, 2]])
  })

  it('takes what is sought as it is written', () => {
    expect(textMatcher('.*').matches('anything')).toBe(false)
    expect(textMatcher('.*').matches('a .* b')).toBe(true)
  })

  it.each([
    'ERROR: no',
    'tests failed',
    'panic: x',
    'sh: foo: command not found',
    'Permission denied',
    '  AssertionError: x',
    '✗ case 3',
    'not ok 4',
  ])('sees a failure in “%s”', line => expect(failureMatcher.matches(line)).toBe(true))
  it.each(['0 errors', 'failed: 0', 'no failures', 'all is well', 'terror'])('sees none in “%s”', line =>
    expect(failureMatcher.matches(line)).toBe(false),
  )

  it('steps from hit to hit, around the ends', () => {
    const rows = [3, 8, 20]
    expect([0, 3, 19, 20, 99].map(from => targetOf(rows, from, 1))).toEqual([3, 8, 20, 3, 3])
    expect([3, 4, 0].map(from => targetOf(rows, from, -1))).toEqual([20, 3, 20])
    expect([0, 8, 9, 30].map(from => targetOf(rows, from, 0))).toEqual([3, 8, 20, 3])
  })
})
