import { describe, expect, test } from 'vitest'
import {
  immutableTags,
  isProtectedTag,
  type RepositoryRule,
  refuseRepository,
  refuseTag,
  type TagRule,
} from '../../../src/registry/protection.ts'

const tagRules: readonly TagRule[] = [
  { id: 1, tagPattern: 'v.*', pushLevel: 'maintainer', deleteLevel: 'owner' },
  { id: 2, tagPattern: 'v9.*', pushLevel: 'admin', deleteLevel: 'admin' },
  { id: 3, tagPattern: 'release-.*', pushLevel: null, deleteLevel: null },
]
const repositoryRules: readonly RepositoryRule[] = [
  { id: 1, pathPattern: 'g/p/prod*', pushLevel: 'maintainer', deleteLevel: null },
]

describe('a tag', () => {
  test.each([
    ['dev', 'push', 30, true],
    ['v1', 'push', 30, false],
    ['v1', 'push', 40, true],
    ['v1', 'delete', 40, false],
    ['v1', 'delete', 50, true],
    ['v9', 'push', 50, false],
    ['v9', 'push', 60, true],
    ['release-1', 'push', 30, true],
    ['release-1', 'delete', 60, false],
  ] as const)('%s: %s at level %i', (tag, change, level, allowed) => {
    expect(refuseTag(tagRules, tag, change, level) === null).toBe(allowed)
  })

  test('the refusal tells what is needed', () => {
    expect(refuseTag(tagRules, 'v1', 'push', 30)).toBe(
      "the tag 'v1' is protected: to push it needs the role maintainer",
    )
  })

  test('is immutable where a rule lets nobody', () => {
    expect(immutableTags(tagRules, ['v1', 'release-1', 'dev'])).toEqual(['release-1'])
  })

  test('is protected from cleanups by any rule', () => {
    expect(['v1', 'release-1', 'dev'].map(tag => isProtectedTag(tagRules, tag))).toEqual([true, true, false])
  })
})

describe('a repository', () => {
  test.each([
    ['g/p/prod', 'push', 30, false],
    ['g/p/production/app', 'push', 30, false],
    ['g/p/prod', 'push', 40, true],
    ['g/p/prod', 'delete', 30, true],
    ['g/p', 'push', 30, true],
    ['x/g/p/prod', 'push', 30, true],
  ] as const)('%s: %s at level %i', (name, change, level, allowed) => {
    expect(refuseRepository(repositoryRules, name, change, level) === null).toBe(allowed)
  })
})
