import { expect, test } from 'vitest'
import { checkPolicy, type DockerPolicy, mayBePrivileged } from '../../../src/executor/docker/policy.ts'
import { container, order, service } from '../../integration/executor/rooms.ts'

const open: DockerPolicy = {
  allowedImages: [],
  allowedServices: [],
  allowedPullPolicies: ['always', 'if-not-present', 'never'],
  allowedUsers: [],
  servicesLimit: 2,
  knownHoles: 'tell',
  privileged: { services: ['docker:*dind*'], refs: 'all' },
}

test.each<[string, Partial<DockerPolicy>, Parameters<typeof order>[0], RegExp]>([
  [
    'an image',
    { allowedImages: ['registry.example.com/**'] },
    { image: container('busybox') },
    /image busybox is not one of/,
  ],
  [
    'a service',
    { allowedServices: ['postgres:*'] },
    { services: [service('redis:7')] },
    /service redis:7 is not one of/,
  ],
  ['a pull policy', { allowedPullPolicies: ['always'] }, {}, /pull policy 'if-not-present'/],
  ['a user', { allowedUsers: ['1000'] }, { image: { ...container('busybox'), user: '0' } }, /user '0'/],
  [
    'too many services',
    {},
    { services: [service('a'), service('b'), service('c')] },
    /3 services, this runner allows 2/,
  ],
])('%s that the runner does not allow is refused', (_name, policy, wish, message) => {
  expect(() => checkPolicy(order(wish), { ...open, ...policy })).toThrow(message)
})

test('what is allowed passes', () => {
  expect(() => checkPolicy(order({ services: [service('docker:dind')] }), open)).not.toThrow()
  expect(() =>
    checkPolicy(order({ image: container('registry.example.com/a/b/c:1') }), {
      ...open,
      allowedImages: ['registry.example.com/**'],
    }),
  ).not.toThrow()
})

test.each([
  ['docker:dind', 'branch', 'all', true],
  ['docker.io/library/docker:20.10-dind', 'branch', 'all', true],
  ['evil/docker:dind', 'branch', 'all', false],
  ['registry.example.com/docker:dind', 'branch', 'all', false],
  ['docker:git', 'protected', 'all', false],
  ['docker:dind', 'branch', 'protected', false],
  ['docker:dind', 'protected', 'protected', true],
] as const)('%s of a %s ref with refs: %s may be privileged: %s', (image, trustClass, refs, answer) => {
  expect(mayBePrivileged(image, trustClass, { ...open, privileged: { ...open.privileged, refs } })).toBe(answer)
})
