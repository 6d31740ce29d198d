// A Docker executor and orders for it, for tests on a real engine.
import { randomBytes } from 'node:crypto'
import { createDockerExecutor } from '../../../src/executor/docker/docker-executor.ts'
import { connectEngine } from '../../../src/executor/docker/engine.ts'
import type { ContainerLimits } from '../../../src/executor/docker/plan.ts'
import type { DockerSettings } from '../../../src/executor/docker/settings.ts'
import type { Executor, RoomOrder, ServiceOrder } from '../../../src/executor/port.ts'
import { composeScript } from '../../../src/executor/script.ts'

export const engine = connectEngine(process.env.DOCKER_HOST ?? null)

export const limits: ContainerLimits = {
  pids: 4096,
  memoryBytes: null,
  cpus: null,
  shmBytes: null,
  ulimits: [],
  capDrop: [],
  capAdd: [],
  devices: [],
  noNewPrivileges: false,
  securityOpt: [],
  runtime: null,
  dns: [],
}

export const settings: DockerSettings = {
  policy: {
    allowedImages: [],
    allowedServices: [],
    allowedPullPolicies: ['always', 'if-not-present', 'never'],
    allowedUsers: [],
    servicesLimit: 20,
    knownHoles: 'tell',
    privileged: { services: ['docker:*dind*'], refs: 'all' },
  },
  jobLimits: limits,
  serviceLimits: limits,
  services: { readyTimeoutMs: 30_000, dockerReadyTimeoutMs: 60_000, failWhenNotReady: false },
  spares: { networks: 0, dockers: 0, most: 8, keepMs: 60_000 },
  keepLayersBytes: 0,
  keepLayersAfterEnd: false,
  egress: 'all',
  usesDefaultBridge: false,
  mirrors: [],
  patience: { killMs: 60_000, removeMs: 60_000 },
  images: { unreachableForMs: 60_000, stallMs: 60_000 },
}

export function newExecutor(
  changes: Partial<DockerSettings> = {},
  runnerId = `test-${randomBytes(4).toString('hex')}`,
): { executor: Executor; runnerId: string } {
  const executor = createDockerExecutor({
    engine,
    runnerId,
    settings: { ...settings, ...changes },
    onProblem: (message, error) => process.stderr.write(`${message}: ${String(error)}\n`),
  })
  return { executor, runnerId }
}

export const container = (image: string) => ({
  image,
  entrypoint: null,
  environment: {},
  user: null,
  platform: null,
  pullPolicies: ['if-not-present' as const],
})

export const service = (image: string, more: Partial<ServiceOrder> = {}): ServiceOrder => ({
  ...container(image),
  command: null,
  aliases: [],
  ...more,
})

let jobIds = 0
export function order(changes: Partial<RoomOrder> = {}): RoomOrder {
  jobIds += 1
  return {
    key: { jobId: jobIds, lease: 1 },
    projectId: 1,
    jobName: 'job',
    trustClass: 'branch',
    image: container('busybox'),
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
    ...changes,
  }
}

export function script(...lines: string[]): string {
  return composeScript({
    lines,
    variables: [],
    projectDirectory: '/builds',
    fileDirectory: '/builds/p.tmp',
    xtrace: false,
  })
}

export type Heard = { readonly text: () => string; readonly onOutput: (bytes: Uint8Array) => Promise<void> }

export function listen(): Heard {
  const parts: Uint8Array[] = []
  return {
    text: () =>
      Buffer.concat(parts)
        .toString()
        .split('\n')
        .filter(line => !line.startsWith('\u001b[32;1m$ '))
        .join('\n'),
    onOutput: async bytes => {
      parts.push(Buffer.from(bytes))
    },
  }
}

export async function leftovers(runnerId: string): Promise<{ containers: number; networks: number; volumes: number }> {
  const filters = { label: [`slipway.runner=${runnerId}`] }
  const [containers, networks, { Volumes }] = await Promise.all([
    engine.docker.listContainers({ all: true, filters }),
    engine.docker.listNetworks({ filters }),
    engine.docker.listVolumes({ filters }),
  ])
  return { containers: containers.length, networks: networks.length, volumes: (Volumes ?? []).length }
}
