import { expect, test } from 'vitest'
import { chooseFiles } from '../../../src/runner/file-choice.ts'

const tree = [
  'a.txt',
  'dist/a.js',
  'dist/deep/b.js',
  'dist/deep/c.map',
  '.env',
  'src/x.ts',
  'bin/a',
  'bin/b.log',
  '.git/config',
]

function take(paths: string[], exclude: string[] = [], tracked: string[] | null = null): string[] {
  const choice = chooseFiles({ paths, exclude, tracked: tracked === null ? null : new Set(tracked) })
  return tree.filter(path => {
    const folders = path
      .split('/')
      .slice(0, -1)
      .map((_, index, parts) => parts.slice(0, index + 1).join('/'))
    return folders.every(choice.mayEnter) && choice.takes({ path, kind: 'file' })
  })
}

test.each<[string, string[], string[], string[]]>([
  ['a file', ['a.txt'], [], ['a.txt']],
  ['a folder, wholly', ['dist/'], [], ['dist/a.js', 'dist/deep/b.js', 'dist/deep/c.map']],
  ['a pattern in a folder', ['dist/*.js'], [], ['dist/a.js']],
  ['a pattern over folders', ['dist/**/*.js'], [], ['dist/a.js', 'dist/deep/b.js']],
  ['a pattern that means a folder', ['d*'], [], ['dist/a.js', 'dist/deep/b.js', 'dist/deep/c.map']],
  ['hidden files', ['.env'], [], ['.env']],
  ['with ./', ['./bin'], [], ['bin/a', 'bin/b.log']],
  ['without what is excluded', ['bin', 'dist'], ['**/*.log', 'dist/deep/**'], ['dist/a.js', 'bin/a']],
])('%s', (_name, paths, exclude, expected) => {
  expect(take(paths, exclude)).toEqual(expected)
})

test('untracked is all but the commit’s files, and never git’s own', () => {
  expect(take([], [], ['a.txt', 'src/x.ts'])).toEqual([
    'dist/a.js',
    'dist/deep/b.js',
    'dist/deep/c.map',
    '.env',
    'bin/a',
    'bin/b.log',
  ])
})

test('paths that lead out are refused, and so told', () => {
  expect(
    chooseFiles({ paths: ['/etc/passwd', '../x', 'a/../../x', 'fine'], exclude: [], tracked: null }).refused,
  ).toEqual(['/etc/passwd', '../x', 'a/../../x'])
})

test('each wish tells what it found', () => {
  const choice = chooseFiles({ paths: ['dist', 'nothing'], exclude: [], tracked: null })
  choice.takes({ path: 'dist/a', kind: 'file' })
  expect(choice.report()).toEqual([
    { wish: 'dist', count: 1 },
    { wish: 'nothing', count: 0 },
  ])
})
