import { expect, test } from 'vitest'
import { grants, grantsCatalog, parseScopes } from '../../../src/registry/scopes.ts'

test.each([
  ['repository:g/p:pull,push', [{ type: 'repository', name: 'g/p', actions: ['pull', 'push'] }]],
  ['repository:g/p:push,pull', [{ type: 'repository', name: 'g/p', actions: ['pull', 'push'] }]],
  ['repository(plugin):g/p:pull', [{ type: 'repository', name: 'g/p', actions: ['pull'] }]],
  ['repository:g/p:*', [{ type: 'repository', name: 'g/p', actions: ['pull', 'push', 'delete'] }]],
  [
    'repository:a:pull repository:b:pull',
    [
      { type: 'repository', name: 'a', actions: ['pull'] },
      { type: 'repository', name: 'b', actions: ['pull'] },
    ],
  ],
  ['registry:catalog:*', [{ type: 'registry', name: 'catalog', actions: ['*'] }]],
  ['repository:g/p:frobnicate', [{ type: 'repository', name: 'g/p', actions: [] }]],
  ['repository:../x:pull', []],
  ['repository:host:5000/g:pull', []],
  ['nonsense', []],
  ['a:b', []],
  ['', []],
])('the scope %s is read', (text, expected) => expect(parseScopes([text])).toEqual(expected))

test('a flood of scopes is cut', () => {
  expect(parseScopes([Array.from({ length: 500 }, () => 'repository:a:pull').join(' ')])).toHaveLength(100)
  expect(parseScopes(['x'.repeat(100_000)])).toEqual([])
})

test('a grant is for one repository and the actions it names', () => {
  const granted = parseScopes(['repository:g/p:pull', 'registry:catalog:*'])
  expect(grants(granted, 'g/p', 'pull')).toBe(true)
  expect(grants(granted, 'g/p', 'push')).toBe(false)
  expect(grants(granted, 'g/p/x', 'pull')).toBe(false)
  expect(grantsCatalog(granted)).toBe(true)
})
