// The part of a runner's configuration that is about its engine.
import { readFileSync } from 'node:fs'
import { credentialsOfAuthConfig } from '../executor/docker/credentials.ts'
import type { ContainerLimits } from '../executor/docker/plan.ts'
import { knownHolesPolicies } from '../executor/docker/policy.ts'
import { egresses } from '../executor/docker/settings.ts'
import { pullPolicies, type RegistryCredential } from '../executor/port.ts'
import { messageOf } from '../kit/errors.ts'
import type { RunnerConfig, RunnerSurroundings } from './config.ts'
import type { Mistakes, Section } from './config-reader.ts'

export function readDocker(
  docker: Section,
  around: RunnerSurroundings,
  mistakes: Mistakes,
): Pick<RunnerConfig, 'dockerHost' | 'image' | 'credentials' | 'pullPolicies' | 'docker'> {
  const privileged = docker.section('privileged')
  const services = docker.section('services')
  const dind = docker.section('dind')
  const read = {
    dockerHost: readHost(docker, around, mistakes),
    image: docker.text('image', 'busybox:latest'),
    credentials: readCredentials(docker, mistakes),
    pullPolicies: docker.choices('pullPolicy', pullPolicies, ['always', 'if-not-present']),
    docker: {
      policy: {
        allowedImages: docker.texts('allowedImages', []),
        allowedServices: docker.texts('allowedServices', []),
        allowedUsers: docker.texts('allowedUsers', []),
        allowedPullPolicies: docker.choices('allowedPullPolicies', pullPolicies, pullPolicies),
        servicesLimit: docker.count('servicesLimit', 20, 0),
        knownHoles: docker.choice('knownHoles', knownHolesPolicies, 'tell'),
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
      egress: docker.choice('egress', egresses, 'all'),
      usesDefaultBridge: false,
      keepLayersBytes: dind.size('keepLayers', 20 * 1024 ** 3) ?? 0,
      keepLayersAfterEnd: dind.flag('keepLayersAfterEnd', false),
      mirrors: docker.texts('mirrors', []),
      patience: { killMs: 60_000, removeMs: 60_000 },
      images: { unreachableForMs: 60_000, stallMs: 60_000 },
    },
  }
  for (const section of [privileged, services, dind, docker]) section.end()
  return read
}

function readHost(docker: Section, around: RunnerSurroundings, mistakes: Mistakes): string | null {
  const host = docker.optionalText('host') ?? around.dockerHost ?? null
  if (host !== null && !/^(unix:\/\/\/|(tcp|https?):\/\/[^/]+)/.test(host))
    mistakes.push(
      `docker.host: expected unix:///… or tcp://HOST:PORT, found '${host}' (an engine behind ssh: forward its socket with ssh -L)`,
    )
  return host
}

function readCredentials(docker: Section, mistakes: Mistakes): readonly RegistryCredential[] {
  const file = docker.optionalText('authFile')
  if (file === null) return []
  try {
    return credentialsOfAuthConfig(readFileSync(file, 'utf8'))
  } catch (error) {
    mistakes.push(`docker.authFile: cannot be read: ${messageOf(error)}`)
    return []
  }
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
