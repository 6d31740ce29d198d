import { describe, expect, it } from 'vitest'
import {
  ageWords,
  clockWords,
  countWords,
  durationWords,
  shortDigest,
  shortDurationWords,
  sizeWords,
} from '../../../src/web/words.ts'

describe('words', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [150 * 1024, '150 KiB'],
    [3.2 * 1024 ** 3, '3.2 GiB'],
    [5000 * 1024 ** 4, '5000 TiB'],
  ])('for %s bytes', (bytes, expected) => expect(sizeWords(bytes)).toBe(expected))

  it.each([
    [-3, '0 s'],
    [0.04, '0 s'],
    [2.34, '2.3 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [125, '2 min 05 s'],
    [3725, '1 h 02 min'],
  ])('for a duration of %s s', (seconds, expected) => expect(durationWords(seconds)).toBe(expected))

  it.each([
    [0, '0 ms'],
    [0.0434, '43 ms'],
    [0.9996, '1 s'],
    [75, '1 min 15 s'],
  ])('for the short duration of %s s', (seconds, expected) => expect(shortDurationWords(seconds)).toBe(expected))

  it.each([
    [7, '00:07'],
    [3725.9, '1:02:05'],
    [-1, '00:00'],
  ])('for the clock at %s s', (seconds, expected) => expect(clockWords(seconds)).toBe(expected))

  const now = Date.UTC(2026, 0, 31, 12)
  it.each([
    [10, 'just now'],
    [60, '1 minute ago'],
    [59 * 60, '59 minutes ago'],
    [3600, '1 hour ago'],
    [26 * 3600, '1 day ago'],
    [45 * 86_400, '1 month ago'],
    [800 * 86_400, '2 years ago'],
    [-30, 'in a moment'],
    [-7200, 'in 2 hours'],
  ])('for what was %s s ago', (seconds, expected) => expect(ageWords(now - seconds * 1000, now)).toBe(expected))

  it('count one and many', () => {
    expect([0, 1, 12_345].map(count => countWords(count, 'job'))).toEqual(['0 jobs', '1 job', '12,345 jobs'])
    expect(countWords(2, 'repository', 'repositories')).toBe('2 repositories')
  })

  it('shorten a digest', () => expect(shortDigest(`sha256:${'ab'.repeat(32)}`)).toBe('abababababab'))
})
