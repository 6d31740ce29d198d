import { describe, expect, test } from 'vitest'
import { planJobContainer, planService, type RoomGround } from '../../../src/executor/docker/plan.ts'
import type { RoomOrder, ServiceOrder } from '../../../src/executor/port.ts'
import { readRunnerConfig } from '../../../src/runner/config.ts'

const { jobLimits: limits } = readRunnerConfig(
  { server: 'http://ci.example.com', docker: { limits: { memory: '1GB', cpus: 1.5 } } },
  { token: 't', hostName: 'h', defaultDataFolder: '/d' },
).docker

const ground: RoomGround = {
  labels: { runnerId: 'r', roomId: 'abc', key: { jobId: 1, lease: 2 }, projectId: 3, deadline: null },
  networkName: 'n',
  pauseId: null,
  extraHosts: [],
  loopback: null,
  buildsVolume: 'v',
  certificatesVolume: null,
}

const service = (environment: Readonly<Record<string, string>> = {}): ServiceOrder => ({
  image: 'docker:dind',
  entrypoint: null,
  environment,
  user: null,
  platform: null,
  pullPolicies: ['always'],
  command: null,
  aliases: [],
})

function job(environment: Readonly<Record<string, string>>) {
  const order: RoomOrder = {
    key: { jobId: 1, lease: 2 },
    projectId: 3,
    jobName: 'job',
    trustClass: 'branch',
    image: service(environment),
    services: [],
    buildsDirectory: '/builds',
    projectDirectory: '/builds/g/p',
    server: null,
    registry: null,
    credentials: [],
    pipelineImages: [],
    mirrors: [],
    expected: 0,
    deadline: '2099-01-01T00:00:00Z',
  }
  return planJobContainer(order, ground, { imageId: 'sha256:1', limits, dockerService: null })
}

test('a job’s container has the runner’s bounds, no privilege, and nothing of the host', () => {
  const { HostConfig } = job({})
  expect(HostConfig).toMatchObject({
    PidsLimit: 4096,
    Memory: 1024 ** 3,
    MemorySwap: 1024 ** 3,
    NanoCpus: 1.5e9,
    CapDrop: ['NET_RAW'],
    CapAdd: [],
    Devices: [],
    Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
    Mounts: [
      { Type: 'volume', Source: 'v', Target: '/builds', VolumeOptions: expect.objectContaining({ NoCopy: true }) },
    ],
  })
  expect([HostConfig?.Privileged, HostConfig?.Binds, HostConfig?.PidMode, HostConfig?.IpcMode]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('a privileged Docker service has the memory and the processors of any other', () => {
  const dockerService = {
    plan: { hostName: 'docker', port: 2375, certificateDirectory: null, command: [], clientEnvironment: {} },
    layersVolume: 'l',
  }
  const { HostConfig, Env } = planService(service({ DOCKER_TLS_CERTDIR: '', CI_JOB_NAME: 'x' }), ground, {
    index: 0,
    imageId: 'sha256:2',
    limits,
    buildsDirectory: '/builds',
    dockerService,
  })
  expect(HostConfig).toMatchObject({ Privileged: true, Memory: 1024 ** 3, NanoCpus: 1.5e9 })
  expect(Env).toEqual(['DOCKER_TLS_CERTDIR='])
})

describe('the environment of a container (S16)', () => {
  test.each([
    ['a name with an equals sign', { 'A=B': 'c' }],
    ['a name of nothing', { '': 'c' }],
    ['a value with a NUL', { A: 'b\0PATH=/evil' }],
    ['a value that no program could be started with', { A: 'b'.repeat(200_000) }],
  ])('has no %s', (_name, environment) => {
    expect(job({ ...environment, OK: '1' }).Env).toEqual(['OK=1'])
  })

  test('keeps lines, quotes and dollars as they are', () => {
    expect(job({ A: 'one\ntwo', B: `"'$x` }).Env).toEqual(['A=one\ntwo', `B="'$x`])
  })
})
