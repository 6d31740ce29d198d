// What a room looks like in the engine's words: pure, from the order and what has been made so far.
import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode'
import type { RoomOrder, ServiceOrder } from '../port.ts'
import { shellDetection } from '../script.ts'
import { type DockerServicePlan, daemonEnvironment } from './docker-service.ts'
import { parseImageName, serviceHostNames } from './image-name.ts'
import { labelsOf, objectName, type RoomLabels } from './labels.ts'
import { defaultBridge } from './network.ts'
import type { Loopback } from './own-loopback.ts'

/** Bounds of one container; the runner's owner sets them, a job cannot. */
export type ContainerLimits = {
  readonly pids: number
  readonly memoryBytes: number | null
  readonly cpus: number | null
  readonly shmBytes: number | null
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[]
  readonly capDrop: readonly string[]
  readonly capAdd: readonly string[]
  readonly devices: readonly string[]
  readonly noNewPrivileges: boolean
  /** Docker's `--security-opt`: `seccomp=unconfined` lets rootless builders make user namespaces. */
  readonly securityOpt: readonly string[]
  readonly runtime: string | null
  readonly dns: readonly string[]
}

/** What of the room is there already when a container is planned. */
export type RoomGround = {
  readonly labels: RoomLabels
  readonly networkName: string
  /** A container whose network the job's container shares; null: it joins the network itself. */
  readonly pauseId: string | null
  readonly extraHosts: readonly string[]
  readonly loopback: Loopback | null
  readonly buildsVolume: string
  readonly certificatesVolume: string | null
}

export function planJobContainer(
  order: RoomOrder,
  ground: RoomGround,
  more: {
    readonly imageId: string
    readonly limits: ContainerLimits
    readonly dockerService: DockerServicePlan | null
  },
): ContainerCreateOptions {
  const { image } = order
  const shared = ground.pauseId !== null
  return {
    name: objectName(ground.labels, `job-${order.key.jobId}-${order.key.lease}`),
    Image: more.imageId,
    Cmd: [...shellDetection],
    ...(image.entrypoint === null ? {} : { Entrypoint: [...image.entrypoint] }),
    ...(image.user === null ? {} : { User: image.user }),
    Env: environmentList({ ...more.dockerService?.clientEnvironment, ...image.environment }),
    Labels: labelsOf({ ...ground.labels, key: order.key }, 'job'),
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      ...limitsOf(more.limits, { sharesNetwork: shared }),
      NetworkMode: shared ? `container:${ground.pauseId}` : ground.networkName,
      ...(shared ? {} : { ExtraHosts: [...ground.extraHosts] }),
      Mounts: [
        buildsMount(ground.buildsVolume, order.buildsDirectory),
        ...certificateMount(ground, more.dockerService),
      ],
      LogConfig: keptLog,
    },
    ...(shared ? {} : { NetworkingConfig: endpoint(ground.networkName, ['build']) }),
  }
}

export function planService(
  service: ServiceOrder,
  ground: RoomGround,
  more: {
    readonly index: number
    readonly imageId: string
    readonly limits: ContainerLimits
    readonly buildsDirectory: string
    readonly dockerService: { readonly plan: DockerServicePlan; readonly layersVolume: string } | null
  },
): ContainerCreateOptions {
  const docker = more.dockerService
  const command = docker?.plan.command ?? service.command
  return {
    name: objectName(ground.labels, `service-${more.index}`),
    Image: more.imageId,
    ...(command === null || (docker && command.length === 0) ? {} : { Cmd: [...command] }),
    ...(service.entrypoint === null ? {} : { Entrypoint: [...service.entrypoint] }),
    ...(service.user === null ? {} : { User: service.user }),
    Env: environmentList(docker === null ? service.environment : daemonEnvironment(service.environment)),
    Labels: labelsOf(ground.labels, 'service'),
    HostConfig: {
      ...(docker === null
        ? limitsOf(more.limits, { sharesNetwork: false })
        : { Privileged: true, Dns: [...more.limits.dns], ...shareOf(more.limits) }),
      NetworkMode: ground.networkName,
      ExtraHosts: [...ground.extraHosts],
      Mounts: [
        buildsMount(ground.buildsVolume, more.buildsDirectory),
        ...(docker === null ? [] : [volumeMount(docker.layersVolume, '/var/lib/docker')]),
        ...certificateMount(ground, docker?.plan ?? null),
      ],
      LogConfig: shortLog,
    },
    NetworkingConfig: endpoint(ground.networkName, aliasesOf(service)),
  }
}

export function aliasesOf(service: ServiceOrder): readonly string[] {
  return [...new Set([...serviceHostNames(parseImageName(service.image)), ...service.aliases])]
}

// The engine keeps the job's output, so that a runner that was killed can read on; it counts from the first byte, so what the
// engine throws away nobody can place. No compression: it costs the script's time.
const keptLog: HostConfig['LogConfig'] = {
  Type: 'local',
  Config: { 'max-size': '64m', 'max-file': '16', compress: 'false' },
}
const shortLog: HostConfig['LogConfig'] = { Type: 'local', Config: { 'max-size': '4m', 'max-file': '2' } }

function limitsOf(limits: ContainerLimits, { sharesNetwork }: { sharesNetwork: boolean }): HostConfig {
  return {
    ...shareOf(limits),
    PidsLimit: limits.pids,
    ...(limits.shmBytes === null ? {} : { ShmSize: limits.shmBytes }),
    Ulimits: limits.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    CapDrop: [...limits.capDrop],
    CapAdd: [...limits.capAdd],
    SecurityOpt: [...limits.securityOpt, ...(limits.noNewPrivileges ? ['no-new-privileges'] : [])],
    Devices: limits.devices.map(deviceOf),
    ...(limits.runtime === null ? {} : { Runtime: limits.runtime }),
    ...(sharesNetwork || limits.dns.length === 0 ? {} : { Dns: [...limits.dns] }),
  }
}

/** What also a privileged container has no more of. */
function shareOf({ memoryBytes, cpus }: ContainerLimits): HostConfig {
  return {
    ...(memoryBytes === null ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
    ...(cpus === null ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
  }
}

function deviceOf(text: string): { PathOnHost: string; PathInContainer: string; CgroupPermissions: string } {
  const [host = '', inside = host, permissions = 'rwm'] = text.split(':')
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: permissions }
}

function certificateMount(ground: RoomGround, docker: DockerServicePlan | null): MountSettings[] {
  if (ground.certificatesVolume === null || !docker?.certificateDirectory) return []
  return [volumeMount(ground.certificatesVolume, `${docker.certificateDirectory}/client`)]
}

/** Docker would fill an empty volume from the image when the container is created: git trusts the files that it finds. */
function buildsMount(volume: string, target: string): MountSettings {
  const nothingElse = { Labels: {}, DriverConfig: { Name: '', Options: {} } }
  return { ...volumeMount(volume, target), VolumeOptions: { NoCopy: true, ...nothingElse } }
}

function volumeMount(volume: string, target: string): MountSettings {
  return { Type: 'volume', Source: volume, Target: target }
}

function endpoint(networkName: string, aliases: readonly string[]): ContainerCreateOptions['NetworkingConfig'] {
  const names = networkName === defaultBridge ? {} : { Aliases: [...aliases] }
  return { EndpointsConfig: { [networkName]: names } }
}

/** Linux takes no longer `NAME=value` at a program's start; a script still gets it, by its own text. */
const longestEntryBytes = 128 * 1024 - 1

/** A name with `=` or a value with NUL would become another variable's; neither reaches the engine. */
function environmentList(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment)
    .filter(([key, value]) => key !== '' && !/[=\0]/.test(key) && !value.includes('\0'))
    .filter(([key, value]) => Buffer.byteLength(`${key}=${value}`) < longestEntryBytes)
    .map(([key, value]) => `${key}=${value}`)
}
