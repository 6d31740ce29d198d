import { describe, expect, it } from 'vitest'
import type { ProtectedRef } from '../../../src/access/model.ts'
import { decideRefChange, matchesPattern, rulesFor } from '../../../src/access/ref-rules.ts'

describe('patterns of protected refs', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'maintenance', false],
    ['rel*', 'release/1.0', true],
    ['*-stable', 'v1-stable', true],
    ['*-stable', '-stable', true],
    ['*', 'anything/at/all', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'ac', false],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['ab*ba', 'aba', false],
    ['v*.*', 'v1.2', true],
    ['v*.*', 'v12', false],
    ['[a-z]+', 'abc', false],
    ['main', 'Main', false],
  ])('%s is about %s: %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected)
  })

  it('many stars against a long name take no time worth naming', () => {
    expect(matchesPattern(`${'*a'.repeat(500)}b`, 'a'.repeat(100_000))).toBe(false)
  })
})

describe('changes of protected refs', () => {
  const rule = (values: Partial<ProtectedRef> = {}): ProtectedRef => ({
    kind: 'branch',
    pattern: 'main',
    pushLevel: 40,
    allowForcePush: false,
    ...values,
  })
  const update = { kind: 'branch', name: 'main', change: 'update' } as const
  const maintainer = { level: 40, isAdmin: false } as const
  const developer = { level: 30, isAdmin: false } as const
  const admin = { level: 50, isAdmin: true } as const

  it.each([
    ['a maintainer where maintainers may', [rule()], maintainer, true],
    ['a developer where maintainers may', [rule()], developer, false],
    [
      'a developer where one of two rules lets developers',
      [rule(), rule({ pattern: 'm*', pushLevel: 30 })],
      developer,
      true,
    ],
    ['anybody where nobody may, administrators included', [rule({ pushLevel: 0 })], admin, false],
    [
      'an owner where only administrators may',
      [rule({ pushLevel: 60 })],
      { level: 50, isAdmin: false } as const,
      false,
    ],
    ['an administrator where only administrators may', [rule({ pushLevel: 60 })], admin, true],
    ['a developer where nothing is protected', [], developer, true],
  ])('an update by %s', (_, rules, who, expected) => {
    expect(decideRefChange(update, rules, who).allowed).toBe(expected)
  })

  it('a force push needs a rule that allows it', () => {
    expect(decideRefChange({ ...update, change: 'force' }, [rule()], maintainer)).toMatchObject({ allowed: false })
    expect(decideRefChange({ ...update, change: 'force' }, [rule({ allowForcePush: true })], maintainer).allowed).toBe(
      true,
    )
  })

  it('nobody deletes a protected branch or changes a protected tag by a push', () => {
    expect(decideRefChange({ ...update, change: 'delete' }, [rule()], admin).allowed).toBe(false)
    const tag = rule({ kind: 'tag', pattern: 'v*' })
    expect(decideRefChange({ kind: 'tag', name: 'v1', change: 'update' }, [tag], admin).allowed).toBe(false)
    expect(decideRefChange({ kind: 'tag', name: 'v1', change: 'create' }, [tag], maintainer).allowed).toBe(true)
  })

  it('rules of branches are not about tags of the same name', () => {
    expect(rulesFor([rule()], { kind: 'tag', name: 'main' })).toEqual([])
  })
})
