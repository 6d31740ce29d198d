import { expect, test } from 'vitest'
import { closesCircle, followVariables, matchesTag } from '../../../src/registry/follow.ts'

const follows = [
  { projectId: 1, sourceProjectId: 2 },
  { projectId: 2, sourceProjectId: 3 },
  { projectId: 4, sourceProjectId: 3 },
]

test.each([
  [{ projectId: 3, sourceProjectId: 1 }, true],
  [{ projectId: 3, sourceProjectId: 2 }, true],
  [{ projectId: 1, sourceProjectId: 1 }, true],
  [{ projectId: 1, sourceProjectId: 3 }, false],
  [{ projectId: 4, sourceProjectId: 1 }, false],
  [{ projectId: 5, sourceProjectId: 1 }, false],
])('%o closes a circle: %s', (added, expected) => expect(closesCircle(follows, added)).toBe(expected))

test('a circle that is there already does not hang the question', () => {
  const circle = [
    { projectId: 1, sourceProjectId: 2 },
    { projectId: 2, sourceProjectId: 1 },
  ]
  expect(closesCircle(circle, { projectId: 9, sourceProjectId: 1 })).toBe(false)
})

test('tags are matched as a whole', () => {
  expect(['latest', 'latest-2', 'v1'].map(tag => matchesTag({ tagPattern: 'latest|v\\d+' }, tag))).toEqual([
    true,
    false,
    true,
  ])
})

test('the pipeline is told image, tag and digest', () => {
  expect(followVariables({ host: 'registry.example.com', repository: 'g/p', tag: 'v1', digest: 'sha256:a' })).toEqual({
    SLIPWAY_FOLLOWED_IMAGE: 'registry.example.com/g/p',
    SLIPWAY_FOLLOWED_TAG: 'v1',
    SLIPWAY_FOLLOWED_DIGEST: 'sha256:a',
    SLIPWAY_FOLLOWED_REFERENCE: 'registry.example.com/g/p@sha256:a',
  })
})
