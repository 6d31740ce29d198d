import { describe, expect, test } from 'vitest'
import { isDigest, isRepositoryName, isTag, parseReference, referrersTag } from '../../../src/registry/reference.ts'

const sha256 = `sha256:${'a'.repeat(64)}` as const
const sha512 = `sha512:${'0'.repeat(128)}` as const

describe('a repository name', () => {
  test.each(['a', 'g/p', 'g/p/deeper/still', 'a.b_c__d-e--f/1', 'tags/list', 'a/blobs/uploads', 'x'.repeat(255)])(
    'may be %s',
    name => {
      expect(isRepositoryName(name)).toBe(true)
    },
  )
  test.each([
    '',
    'G/p',
    '/g',
    'g/',
    'g//p',
    '../etc',
    'g/..',
    '.g',
    'g.',
    '-g',
    'g-',
    'a___b',
    'a..b',
    'g p',
    'g\u0000',
    'ü',
    'x'.repeat(256),
  ])('may not be %j', name => expect(isRepositoryName(name)).toBe(false))
})

describe('a tag', () => {
  test.each(['latest', 'v1.0', '_x', 'A-b.C_d', 'x'.repeat(128)])('may be %s', tag => expect(isTag(tag)).toBe(true))
  test.each(['', '.x', '-x', 'a b', 'a/b', 'a:b', 'a+b', 'x'.repeat(129)])('may not be %j', tag =>
    expect(isTag(tag)).toBe(false),
  )
})

describe('a digest', () => {
  test.each([sha256, sha512])('is known as %s', digest => expect(isDigest(digest)).toBe(true))
  test.each([
    '',
    'sha256:',
    'sha256:totallywrong',
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'a'.repeat(63)}`,
    `md5:${'a'.repeat(32)}`,
    `toString:${'a'.repeat(64)}`,
  ])('is refused as %j', digest => expect(isDigest(digest)).toBe(false))
})

test('a reference with a colon is a digest, any other a tag', () => {
  expect(parseReference('latest')).toEqual({ kind: 'tag', tag: 'latest' })
  expect(parseReference(sha256)).toEqual({ kind: 'digest', digest: sha256 })
  expect(parseReference('sha256:wrong')).toBeNull()
  expect(parseReference('.INVALID_MANIFEST_NAME')).toBeNull()
})

test('the fallback tag of a subject is cut to what a tag may hold', () => {
  expect(referrersTag(sha256)).toBe(`sha256-${'a'.repeat(64)}`)
  expect(referrersTag(sha512)).toBe(`sha512-${'0'.repeat(64)}`)
})
