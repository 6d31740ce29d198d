import { describe, expect, it } from 'vitest'
import { levelWords } from '../../../../src/web/pages/registry/rule-words.ts'

describe('who may, by a rule of the registry', () => {
  const rule = (push: string | null, remove: string | null) => ({ id: 1, pattern: 'v.*', push, delete: remove })

  it.each([
    ['tag', rule(null, null), 'push', 'Nobody: the tag never changes'],
    ['tag', rule('owner', null), 'push', 'Owners'],
    ['tag', rule('owner', null), 'delete', 'Developers and above'],
    ['repository', rule(null, 'maintainer'), 'push', 'Developers and above'],
    ['repository', rule(null, 'maintainer'), 'delete', 'Maintainers and above'],
    ['repository', rule('a level of later', null), 'push', 'a level of later'],
  ] as const)('%s %j: %s', (kind, of, change, words) => {
    expect(levelWords(kind, of, change)).toBe(words)
  })
})
