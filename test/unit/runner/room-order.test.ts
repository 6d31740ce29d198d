import { describe, expect, test } from 'vitest'
import { roomOrder, serverOrder } from '../../../src/runner/room-order.ts'
import { jobPayload } from '../../support/job-payload.ts'

const choices = {
  buildsDirectory: '/builds',
  defaultImage: 'busybox',
  pullPolicies: ['always' as const],
  serverUrl: 'http://127.0.0.1:8080',
  egress: 'all' as const,
  credentials: [],
  deadline: '2099-01-01T00:00:00Z',
}
const withRegistry = jobPayload({ id: 1 })
const payload = {
  ...withRegistry,
  slipway: { ...withRegistry.slipway, registry: { host: 'registry.example.com', tls: false, ca: null } },
}

describe('the environment of a container', () => {
  test('holds what is public, and no secret', () => {
    const given = jobPayload({ id: 1, variables: { PUBLIC: 'yes' }, secrets: { HUSH: 'secret-value' } })
    const order = roomOrder(given, given.variables, choices)
    expect(order.image.environment).toMatchObject({ PUBLIC: 'yes' })
    expect(JSON.stringify([order.image, order.services])).not.toContain('secret-value')
    expect(JSON.stringify([order.image, order.services])).not.toContain(given.token)
  })

  test('of a service holds its own variables with what they name, as the pipeline’s author wants it', () => {
    const flags = { public: true, file: false, masked: false, raw: false }
    const own = [
      { ...flags, key: 'DATABASE', value: '$NAME-$SUFFIX' },
      { ...flags, key: 'SUFFIX', value: 'test' },
      { ...flags, key: 'PASSWORD', value: '$HUSH' },
    ]
    const given = jobPayload({
      id: 1,
      variables: { NAME: 'shop' },
      secrets: { HUSH: 'secret-value' },
      more: { services: [{ name: 'postgres', variables: own }, { name: 'redis' }] },
    })
    const [database, cache] = roomOrder(given, given.variables, choices).services
    expect(database?.environment).toMatchObject({ DATABASE: 'shop-test', PASSWORD: 'secret-value', NAME: 'shop' })
    expect(cache?.environment).not.toHaveProperty('PASSWORD')
  })
})

describe('where jobs find the server', () => {
  test('one on this host’s loopback is given to them under its names, on its ports', () => {
    expect(serverOrder(payload, { serverUrl: 'http://localhost:8080', egress: 'all' })).toEqual({
      names: ['ci.example.com', 'registry.example.com'],
      ports: [80, 8080],
      loopbackPorts: [],
      target: { host: '127.0.0.1', port: 8080 },
      origin: 'http://localhost:8080',
    })
  })

  test('one elsewhere they find by themselves', () => {
    expect(serverOrder(payload, { serverUrl: 'https://ci.example.com', egress: 'all' })).toBe(null)
  })

  test('one elsewhere is given to jobs that reach nothing by themselves', () => {
    expect(serverOrder(payload, { serverUrl: 'https://ci.example.com', egress: 'server' })).toMatchObject({
      names: ['ci.example.com', 'registry.example.com'],
      loopbackPorts: [],
      target: { host: 'ci.example.com', port: 443 },
    })
  })

  test('an address of the loopback is no name that could be given to another: its port is turned to the server', () => {
    const given = { ...payload, slipway: { ...payload.slipway, server_host: '127.0.0.1:8080' } }
    const found = serverOrder(given, { serverUrl: 'http://127.0.0.1:8080', egress: 'all' })
    expect([found?.names, found?.loopbackPorts]).toEqual([['registry.example.com'], [8080]])
  })
})

describe('mirrors for the job’s own Docker', () => {
  const mirrors = [{ name: 'hub-1.mirror.internal' }, { url: 'https://hub.example.com' }]
  const given = { ...payload, slipway: { ...payload.slipway, mirrors } }

  test('a name is given to jobs with the server, at its own port', () => {
    const order = roomOrder(given, [], choices)
    expect(order.mirrors).toEqual(['http://hub-1.mirror.internal:8080', 'https://hub.example.com'])
    expect(order.server?.names).toContain('hub-1.mirror.internal')
  })

  test('where jobs find the server by themselves, a name leads nowhere', () => {
    expect(roomOrder(given, [], { ...choices, serverUrl: 'https://ci.example.com' }).mirrors).toEqual([
      'https://hub.example.com',
    ])
  })
})

describe('images of the pipeline', () => {
  const images = ['a/b:master', 'a/b:latest', 'a/other:1'].map(path => ({
    reference: `registry.example.com/${path}`,
    digest: 'sha256:1',
  }))
  const named = (script: string[], variables: Record<string, string> = {}) => {
    const made = jobPayload({ id: 1, script, variables })
    const given = { ...made, slipway: { ...made.slipway, pipeline_images: images } }
    return roomOrder(given, given.variables, choices).pipelineImages.map(({ reference }) => reference)
  }

  test('are those that the script names, by variable or in full', () => {
    expect(named(['docker tag $IMAGE x'], { IMAGE: 'registry.example.com/a/b:master' })).toContain(
      'registry.example.com/a/b:master',
    )
    expect(named(['docker run registry.example.com/a/other:1'])).toEqual(['registry.example.com/a/other:1'])
  })

  test('and none that it does not name', () => {
    expect(named(['echo nothing'])).toEqual([])
  })
})

test('credentials come in the order of GitLab: the job’s, the runner’s, the server’s', () => {
  const auth = JSON.stringify({ auths: { 'r.example.com': { username: 'job', password: 'x' } } })
  const made = jobPayload({ id: 1, variables: { DOCKER_AUTH_CONFIG: auth } })
  const given = {
    ...made,
    credentials: [
      { type: 'registry' as const, url: 'registry.example.com', username: 'gitlab-ci-token', password: 't' },
    ],
  }
  const runners = [{ host: 'm.example.com', username: 'runner', password: 'y' }]
  const order = roomOrder(given, given.variables, { ...choices, credentials: runners })
  expect(order.credentials.map(({ username }) => username)).toEqual(['job', 'runner', 'gitlab-ci-token'])
})

test('jobs that will ask for the same services are counted', () => {
  const made = jobPayload({ id: 1, services: ['docker:dind'] })
  const upcoming = [
    { image: null, services: ['docker:dind'] },
    { image: null, services: [] },
    { image: 'x', services: ['docker:dind'] },
  ]
  const given = { ...made, slipway: { ...made.slipway, upcoming } }
  expect(roomOrder(given, given.variables, choices).expected).toBe(2)
})
