import { expect, test } from 'vitest'
import { type CleanupRules, type CleanupTag, selectTags } from '../../../src/registry/cleanup.ts'
import { RegistryError } from '../../../src/registry/errors.ts'

const dayMs = 24 * 60 * 60 * 1000
const nowMs = Date.parse('2026-06-01T00:00:00Z')
const tag = (name: string, ageDays: number): CleanupTag => ({
  name,
  digest: `sha256:${name}`,
  pushedAt: new Date(nowMs - ageDays * dayMs).toISOString(),
})
const everything: CleanupRules = { nameRegex: '.*', nameRegexKeep: null, keepN: null, olderThanMs: null }
const tags = [
  tag('latest', 100),
  tag('v1', 90),
  tag('v2', 60),
  tag('v3', 30),
  tag('dev-a', 20),
  tag('dev-b', 10),
  tag('dev-c', 1),
]
const taken = (rules: Partial<CleanupRules>, facts: { protects?: string[]; uses?: string[] } = {}) =>
  selectTags(
    tags,
    { ...everything, ...rules },
    {
      isProtected: name => facts.protects?.includes(name) ?? false,
      isInUse: ({ name }) => facts.uses?.includes(name) ?? false,
      nowMs,
    },
  ).takes.map(({ name }) => name)

test.each<[string, Partial<CleanupRules>, readonly string[]]>([
  ['all but latest', {}, ['dev-c', 'dev-b', 'dev-a', 'v3', 'v2', 'v1']],
  ['none without a regex for what may go', { nameRegex: null }, []],
  ['none with an empty regex for what may go', { nameRegex: '' }, []],
  ['only what the regex matches as a whole', { nameRegex: 'dev' }, []],
  ['what the regex matches', { nameRegex: 'dev-.*' }, ['dev-c', 'dev-b', 'dev-a']],
  ['not what the other regex keeps', { nameRegexKeep: 'v.*' }, ['dev-c', 'dev-b', 'dev-a']],
  ['not the newest', { keepN: 4 }, ['v2', 'v1']],
  ['not what is young', { olderThanMs: 30 * dayMs }, ['v3', 'v2', 'v1']],
  ['keep_n counts before age is looked at', { keepN: 5, olderThanMs: 30 * dayMs }, ['v1']],
])('a policy takes %s', (_, rules, expected) => expect(taken(rules)).toEqual(expected))

test('what is protected or in use stays, and does not count for keep_n', () => {
  expect(taken({ keepN: 2 }, { protects: ['dev-c'], uses: ['v1'] })).toEqual(['v3', 'v2'])
})

test('each tag that stays has its reason', () => {
  const { keeps } = selectTags(
    tags,
    { nameRegex: 'v.*|dev.*', nameRegexKeep: 'v1', keepN: 1, olderThanMs: 25 * dayMs },
    { isProtected: name => name === 'v2', isInUse: ({ name }) => name === 'v3', nowMs },
  )
  expect(Object.fromEntries(keeps.map(({ tag: kept, reason }) => [kept.name, reason]))).toEqual({
    latest: 'latest',
    v1: 'name_regex_keep',
    v2: 'protected',
    v3: 'in_use',
    'dev-c': 'keep_n',
    'dev-a': 'older_than',
    'dev-b': 'older_than',
  })
})

test('a regex that is none is refused with its field', () => {
  expect(() => taken({ nameRegexKeep: '(' })).toThrow(RegistryError)
  expect(() => taken({ nameRegexKeep: '(' })).toThrow('name_regex_keep')
})

test('an evil regex takes no time', () => {
  const many = Array.from({ length: 2000 }, (_, index) => tag(`${'a'.repeat(100)}${index}`, 1))
  const { takes } = selectTags(
    many,
    { ...everything, nameRegex: '(a+)+b' },
    { isProtected: () => false, isInUse: () => false, nowMs },
  )
  expect(takes).toEqual([])
})
