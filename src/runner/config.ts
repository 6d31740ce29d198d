// `runner.config.ts`: every key with its default, checked wholly before anything starts. All mistakes are told together.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ContainerLimits } from '../executor/docker/plan.ts'
import type { DockerSettings } from '../executor/docker/settings.ts'
import { type PullPolicy, pullPolicies } from '../executor/port.ts'
import { AppError, messageOf } from '../kit/errors.ts'
import { readAuthority } from '../kit/trust.ts'
import { type Mistakes, readSection, type Section } from './config-reader.ts'

/** What a `runner.config.ts` may hold; all keys but `server` have a default. */
export type RunnerConfigInput = {
  /** Address of the server. */
  readonly server?: string
  /** Who signed the server's certificate, when no public authority did (PEM). */
  readonly caFile?: string
  /** File with the runner's token; else the token is in `SLIPWAY_RUNNER_TOKEN`. */
  readonly tokenFile?: string
  readonly name?: string
  /** Where the runner keeps jobs' spools and mirrors. */
  readonly dataFolder?: string
  /** Jobs at the same time. */
  readonly concurrency?: number
  /** Taken at registration; the server's word counts. */
  readonly tags?: readonly string[]
  /** Seconds; a job never runs longer, whatever it asks. */
  readonly maxTimeout?: number
  /** Bytes of a job's log that are kept, from its beginning and its end. */
  readonly log?: { readonly head?: number | string; readonly tail?: number | string }
  /** Seconds between TERM and KILL. */
  readonly stopGrace?: number
  /** Seconds that running jobs may take at SIGTERM before they are handed over. */
  readonly drainTimeout?: number
  /** `HOST:PORT` of metrics and health; null: none. */
  readonly metrics?: string | null
  readonly docker?: DockerInput
}

export type DockerInput = {
  /** The engine's address; else `DOCKER_HOST`, else the usual socket. */
  readonly host?: string
  readonly image?: string
  readonly pullPolicy?: PullPolicy | readonly PullPolicy[]
  readonly allowedPullPolicies?: readonly PullPolicy[]
  readonly allowedImages?: readonly string[]
  readonly allowedServices?: readonly string[]
  readonly allowedUsers?: readonly string[]
  readonly servicesLimit?: number
  readonly privileged?: { readonly services?: readonly string[]; readonly refs?: 'all' | 'protected' }
  readonly limits?: LimitsInput
  readonly serviceLimits?: LimitsInput
  readonly services?: {
    readonly readyTimeout?: number
    readonly dockerReadyTimeout?: number
    readonly failWhenNotReady?: boolean
  }
  readonly mirrors?: readonly string[]
  /** Networks held ready for jobs without services; 0: none. */
  readonly spareNetworks?: number
  readonly dind?: {
    /** Docker services held ready for each configuration seen lately; 0: none. */
    readonly warm?: number
    /** Things held ready, of all kinds together. */
    readonly most?: number
    /** Bytes of image layers that stay from job to job, for each project and trust class apart; 0: none. */
    readonly keepLayers?: number | string
    /** Whether they stay when the runner ends, for its next start. */
    readonly keepLayersAfterEnd?: boolean
  }
}

export type LimitsInput = {
  readonly pids?: number
  readonly memory?: number | string
  readonly cpus?: number
  readonly shm?: number | string
  readonly ulimits?: Readonly<Record<string, number>>
  readonly capDrop?: readonly string[]
  readonly capAdd?: readonly string[]
  readonly devices?: readonly string[]
  readonly noNewPrivileges?: boolean
  readonly securityOpt?: readonly string[]
  readonly runtime?: string
  readonly dns?: readonly string[]
}

/** Prints as `[secret]`, wherever it is printed. */
export type Secret = { readonly reveal: () => string; readonly toString: () => string; readonly toJSON: () => string }

export type RunnerConfig = {
  readonly server: string
  /** PEM. Null: only public authorities are believed. */
  readonly authority: { readonly file: string; readonly pem: string } | null
  readonly token: Secret
  readonly name: string
  readonly dataFolder: string
  readonly concurrency: number
  readonly maxTimeoutSeconds: number
  readonly log: { readonly headBytes: number; readonly tailBytes: number }
  readonly stopGraceMs: number
  readonly drainTimeoutMs: number
  readonly metrics: { readonly host: string; readonly port: number } | null
  readonly dockerHost: string | null
  readonly image: string
  readonly pullPolicies: readonly PullPolicy[]
  readonly docker: DockerSettings
}

/** For `runner.config.ts`: gives the keys their types. */
export function defineRunner(input: RunnerConfigInput): RunnerConfigInput {
  return input
}

/** What is not in the file: command line and environment, which go before it. */
export type RunnerSurroundings = {
  readonly server?: string
  readonly caFile?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly dataFolder?: string
  readonly dockerHost?: string
  readonly concurrency?: number
  readonly hostName: string
  readonly defaultDataFolder: string
}

export function readRunnerConfig(input: RunnerConfigInput, around: RunnerSurroundings): RunnerConfig {
  const mistakes: Mistakes = []
  const root = readSection(input, '', mistakes)
  const log = root.section('log')
  // Every key is read, also one that the command line overrides: it is no unknown one.
  const fromFile = {
    server: root.url('server', null),
    dataFolder: root.text('dataFolder', around.defaultDataFolder),
    concurrency: root.count('concurrency', 4, 1),
  }
  const server = around.server ?? fromFile.server
  if (server === null)
    mistakes.push("server: expected the server's address (or --server, or SLIPWAY_URL), found nothing")
  const config: RunnerConfig = {
    server: server ?? '',
    authority: readAuthorityFile(root, around, mistakes),
    token: readToken(root, around, mistakes),
    name: root.text('name', around.hostName),
    dataFolder: around.dataFolder ?? fromFile.dataFolder,
    concurrency: around.concurrency ?? fromFile.concurrency,
    maxTimeoutSeconds: root.count('maxTimeout', 7 * 24 * 3600, 1),
    log: { headBytes: log.size('head', 48 * 1024 ** 2) ?? 0, tailBytes: log.size('tail', 16 * 1024 ** 2) ?? 0 },
    stopGraceMs: root.count('stopGrace', 10, 0) * 1000,
    drainTimeoutMs: root.count('drainTimeout', 3600, 0) * 1000,
    metrics: readMetrics(root, mistakes),
    ...readDocker(root.section('docker'), around),
  }
  root.texts('tags', [])
  log.end()
  root.end()
  if (mistakes.length > 0)
    throw new AppError(
      'usage',
      `the runner's configuration has mistakes:\n${mistakes.map(each => `  ${each}`).join('\n')}`,
    )
  return Object.freeze(config)
}

function readDocker(
  docker: Section,
  around: RunnerSurroundings,
): Pick<RunnerConfig, 'dockerHost' | 'image' | 'pullPolicies' | 'docker'> {
  const privileged = docker.section('privileged')
  const services = docker.section('services')
  const dind = docker.section('dind')
  const read = {
    dockerHost: docker.optionalText('host') ?? around.dockerHost ?? null,
    image: docker.text('image', 'busybox:latest'),
    pullPolicies: docker.choices('pullPolicy', pullPolicies, ['always', 'if-not-present']),
    docker: {
      policy: {
        allowedImages: docker.texts('allowedImages', []),
        allowedServices: docker.texts('allowedServices', []),
        allowedUsers: docker.texts('allowedUsers', []),
        allowedPullPolicies: docker.choices('allowedPullPolicies', pullPolicies, pullPolicies),
        servicesLimit: docker.count('servicesLimit', 20, 0),
        privileged: {
          services: privileged.texts('services', []),
          refs: privileged.choice('refs', ['all', 'protected'] as const, 'protected'),
        },
      },
      jobLimits: readLimits(docker.section('limits')),
      serviceLimits: readLimits(docker.section('serviceLimits')),
      services: {
        readyTimeoutMs: services.count('readyTimeout', 30, 1) * 1000,
        dockerReadyTimeoutMs: services.count('dockerReadyTimeout', 60, 1) * 1000,
        failWhenNotReady: services.flag('failWhenNotReady', false),
      },
      spares: {
        networks: docker.count('spareNetworks', 2, 0),
        dockers: dind.count('warm', 1, 0),
        most: dind.count('most', 8, 0),
        keepMs: 10 * 60_000,
      },
      usesDefaultBridge: false,
      keepLayersBytes: dind.size('keepLayers', 20 * 1024 ** 3) ?? 0,
      keepLayersAfterEnd: dind.flag('keepLayersAfterEnd', false),
      mirrors: docker.texts('mirrors', []),
      images: { unreachableForMs: 60_000, stallMs: 60_000 },
    },
  }
  for (const section of [privileged, services, dind, docker]) section.end()
  return read
}

function readLimits(limits: Section): ContainerLimits {
  const read = {
    pids: limits.count('pids', 4096, 1),
    memoryBytes: limits.size('memory', null),
    cpus: limits.optionalNumber('cpus'),
    shmBytes: limits.size('shm', null),
    // Cores of a crash would lie in the working copy, with all that the process knew.
    ulimits: Object.entries({ core: 0, ...limits.numbers('ulimits') }).map(([name, value]) => ({
      name,
      soft: value,
      hard: value,
    })),
    capDrop: limits.texts('capDrop', ['NET_RAW']),
    capAdd: limits.texts('capAdd', []),
    devices: limits.texts('devices', []),
    noNewPrivileges: limits.flag('noNewPrivileges', false),
    securityOpt: limits.texts('securityOpt', []),
    runtime: limits.optionalText('runtime'),
    dns: limits.texts('dns', []),
  }
  limits.end()
  return read
}

function readAuthorityFile(root: Section, around: RunnerSurroundings, mistakes: Mistakes): RunnerConfig['authority'] {
  const fromFile = root.optionalText('caFile')
  const file = around.caFile ?? fromFile
  if (file === null) return null
  try {
    return { file: resolve(file), pem: readAuthority(file) }
  } catch (error) {
    mistakes.push(`caFile: ${messageOf(error)}`)
    return null
  }
}

function readToken(root: Section, around: RunnerSurroundings, mistakes: Mistakes): Secret {
  const inFile = root.optionalText('tokenFile')
  const file = around.tokenFile ?? inFile
  if (around.token !== undefined) return secret(around.token)
  if (file === null) {
    mistakes.push(
      'tokenFile: expected a file with the runner token (or --token-file, or SLIPWAY_RUNNER_TOKEN), found nothing',
    )
    return secret('')
  }
  try {
    return secret(readFileSync(file, 'utf8').trim())
  } catch (error) {
    mistakes.push(`tokenFile: cannot be read: ${messageOf(error)}`)
    return secret('')
  }
}

function readMetrics(root: Section, mistakes: Mistakes): RunnerConfig['metrics'] {
  const text = root.optionalText('metrics')
  if (text === null) return null
  const match = /^(.+):(\d+)$/.exec(text)
  if (match === null) mistakes.push(`metrics: expected HOST:PORT, found '${text}'`)
  return match === null ? null : { host: match[1] ?? '', port: Number(match[2]) }
}

function secret(value: string): Secret {
  return { reveal: () => value, toString: () => '[secret]', toJSON: () => '[secret]' }
}
