import { describe, expect, it } from 'vitest'
import { entriesIn } from '../../../../src/web/pages/artifacts/folder.ts'
import { slugOf } from '../../../../src/web/pages/projects/slug.ts'
import { placeOf } from '../../../../src/web/pages/repository/place.ts'
import { cronWords } from '../../../../src/web/pages/schedules/cron-words.ts'
import { maskMistake } from '../../../../src/web/pages/settings/mask-mistake.ts'

describe('the folders of an archive', () => {
  const files = [
    { path: 'b.txt', size: 1 },
    { path: './a/one', size: 10 },
    { path: 'a/deep/two', size: 100 },
    { path: '/c', size: 2 },
    { path: 'ab', size: 3 },
    { path: 'a/', size: 0 },
  ]
  it('come first, with the size of all in them', () => {
    expect(entriesIn(files, '').map(entry => [entry.name, entry.isFolder, entry.size])).toEqual([
      ['a', true, 110],
      ['ab', false, 3],
      ['b.txt', false, 1],
      ['c', false, 2],
    ])
  })
  it('hold what lies in them, and nothing of a like name', () => {
    expect(entriesIn(files, 'a').map(entry => entry.path)).toEqual(['a/deep', 'a/one'])
    expect(entriesIn(files, 'a/deep').map(entry => entry.path)).toEqual(['a/deep/two'])
    expect(entriesIn(files, 'none')).toEqual([])
  })
})

describe('the place of a file', () => {
  it.each([
    ['src/a.ts', 'feature/x', { ref: 'feature/x', file: 'src/a.ts' }],
    ['main/src/a.ts', undefined, { ref: 'main', file: 'src/a.ts' }],
    ['', undefined, { ref: 'trunk', file: '' }],
    ['', 'v1', { ref: 'v1', file: '' }],
  ])('%s with the ref %s', (place, ref, expected) => expect(placeOf(place, ref, 'trunk')).toEqual(expected))
})

describe('a schedule in words', () => {
  it.each([
    ['0 3 * * *', 'every day at 03:00'],
    ['5 * * * *', 'every hour, 5 minutes past'],
    ['30 8 * * 1-5', 'Monday to Friday at 08:30'],
    ['0 4 * * 7', 'every Sunday at 04:00'],
    ['0 4 1 * *', 'on day 1 of every month at 04:00'],
    ['*/5 * * * *', '*/5 * * * *'],
    ['@daily', '@daily'],
  ])('%s', (cron, words) => expect(cronWords(cron)).toBe(words))
})

describe('a value that is to be masked', () => {
  it.each(['', 'short', 'two words', 'two\nlines of it'])('cannot be %j', value =>
    expect(maskMistake(value)).toBeTruthy(),
  )
  it('can be long and of one piece', () => expect(maskMistake('correct-horse-1')).toBeUndefined())
})

describe('the path of a new project', () => {
  it.each([
    ['My Project!', 'my-project'],
    ['  Überhaus  ', 'u-berhaus'],
    ['.git', 'git'],
    ['中文', ''],
  ])('%s', (name, path) => expect(slugOf(name)).toBe(path))
})
