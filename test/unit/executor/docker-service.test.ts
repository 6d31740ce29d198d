import { describe, expect, test } from 'vitest'
import { daemonEnvironment, isDockerService, planDockerService } from '../../../src/executor/docker/docker-service.ts'
import type { ServiceOrder } from '../../../src/executor/port.ts'

const service = (changes: Partial<ServiceOrder> = {}): ServiceOrder => ({
  image: 'docker:dind',
  entrypoint: null,
  command: null,
  environment: {},
  user: null,
  platform: null,
  pullPolicies: ['always'],
  aliases: [],
  ...changes,
})
const world = {
  imageEnvironment: { DOCKER_TLS_CERTDIR: '/certs' },
  registry: { host: 'registry.example.com', tls: false, ca: null },
  mtu: 1400,
  mirrors: ['http://mirror:5000'],
}

test.each([
  ['docker:dind', true],
  ['docker:20.10-dind', true],
  ['docker:26.1-dind-rootless', true],
  ['my/dind:1', true],
  ['registry.example.com/ci/docker-dind', true],
  ['docker:git', false],
  ['postgres:16', false],
  ['some/finding', false],
])('%s: is it a Docker service? %s', (image, answer) => {
  expect(isDockerService(image)).toBe(answer)
})

/** Docker takes the plain name, the BuildKit within an old one the other. */
const plainFlags = ['registry.example.com', 'mirror:5000'].flatMap(host => [
  `--insecure-registry=${host}`,
  `--insecure-registry=http://${host}`,
])

describe('a Docker service as it comes', () => {
  const plan = planDockerService(service(), world)

  test('speaks TLS, as the image is set, and the client is told', () => {
    expect(plan).toMatchObject({ hostName: 'docker', port: 2376, certificateDirectory: '/certs' })
    expect(plan.clientEnvironment).toEqual({
      DOCKER_HOST: 'tcp://docker:2376',
      DOCKER_TLS_CERTDIR: '/certs',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: '/certs/client',
    })
  })

  test('knows the registry, the MTU and the mirrors', () => {
    expect(plan.command).toEqual([...plainFlags, '--mtu=1400', '--registry-mirror=http://mirror:5000'])
  })
})

test('TLS is off where the job or the command says so', () => {
  const off = planDockerService(service({ environment: { DOCKER_TLS_CERTDIR: '' } }), world)
  expect([off.port, off.certificateDirectory, off.clientEnvironment.DOCKER_HOST]).toEqual([
    2375,
    null,
    'tcp://docker:2375',
  ])
  expect(planDockerService(service({ command: ['--tls=false'] }), world).port).toBe(2375)
})

test('the first alias of the job is the name', () => {
  expect(planDockerService(service({ aliases: ['dock'] }), world).clientEnvironment.DOCKER_HOST).toBe('tcp://dock:2376')
})

test('what the job says of MTU or its own registries counts', () => {
  const own = ['--mtu=1280', '--insecure-registry=other.example.com']
  expect(planDockerService(service({ command: own }), world).command).toEqual([
    ...own,
    ...plainFlags,
    '--registry-mirror=http://mirror:5000',
  ])
})

test('a command that is no daemon is left alone', () => {
  expect(planDockerService(service({ command: ['sleep', '1'] }), world).command).toEqual(['sleep', '1'])
})

test('a registry over TLS needs no flag', () => {
  const plan = planDockerService(service(), { ...world, registry: { host: 'r.example.com', tls: true, ca: 'pem' } })
  expect(plan.command.join(' ')).not.toContain('r.example.com')
})

test('a daemon gets no variable of the job but those that it heeds', () => {
  const environment = { DOCKER_TLS_CERTDIR: '', HTTP_PROXY: 'p', no_proxy: 'n', CI_COMMIT_SHA: 'x', SECRET: 's' }
  expect(daemonEnvironment(environment)).toEqual({ DOCKER_TLS_CERTDIR: '', HTTP_PROXY: 'p', no_proxy: 'n' })
})
