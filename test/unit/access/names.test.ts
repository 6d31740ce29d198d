import { describe, expect, it } from 'vitest'
import { nameProblem, pathFrom, pathProblem } from '../../../src/access/names.ts'

describe('paths of groups and projects', () => {
  it.each(['a', 'my-group', 'My_Group.2', '0day', '_x', 'a'.repeat(255)])('%s is allowed', path => {
    expect(pathProblem(path, false)).toBeNull()
  })

  it.each([
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '-a',
    '.hidden',
    'a.',
    'a..b',
    'a b',
    'a\0b',
    'a\nb',
    'x.git',
    'x.atom',
    'x.lock',
    'ä',
    '%2e%2e',
    'a'.repeat(256),
  ])('%j is refused', path => {
    expect(pathProblem(path, false)).not.toBeNull()
  })

  it('what the server answers itself is no top-level group, but may be one further down', () => {
    expect(pathProblem('API', true)).toContain('reserved')
    expect(pathProblem('v2', true)).toContain('reserved')
    expect(pathProblem('api', false)).toBeNull()
  })
})

describe('display names', () => {
  it('hold what people write, and nothing that hides or reverses it', () => {
    expect(nameProblem('Ünïcode & <b>')).toBeNull()
    expect(nameProblem('  ')).not.toBeNull()
    expect(nameProblem('a\u202eb')).not.toBeNull()
    expect(nameProblem('a\nb')).not.toBeNull()
  })

  it.each([
    ['My App!', 'my-app'],
    ['  Čaj & Kafe ', 'c-aj-kafe'],
    ['..x..', 'x'],
    ['日本', ''],
  ])('%j makes the path %j', (name, path) => {
    expect(pathFrom(name)).toBe(path)
  })
})
