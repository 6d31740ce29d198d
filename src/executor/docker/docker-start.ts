// Starts a Docker service and waits until its API answers; for a room at once, or as a spare.
import type Docker from 'dockerode'
import { AppError, messageOf } from '../../kit/errors.ts'
import type { RegistryOrder, ServiceOrder } from '../port.ts'
import { type ArchiveFile, tarOf } from './archive.ts'
import { createDockerCertificates, type DockerCertificates } from './certificates.ts'
import type { DockerServicePlan } from './docker-service.ts'
import { openLoopback } from './own-loopback.ts'
import { planService, type RoomGround } from './plan.ts'
import type { DockerAddress } from './probe.ts'
import { type RunningService, startService, waitUntilReady } from './services.ts'
import type { DockerSettings } from './settings.ts'

export type DockerStart = {
  readonly index: number
  readonly order: ServiceOrder
  readonly imageId: string
  readonly plan: DockerServicePlan
  readonly ground: RoomGround
  readonly layersVolume: string
  readonly buildsDirectory: string
  readonly registry: RegistryOrder | null
}

export type StartedDocker = { readonly service: RunningService; readonly address: DockerAddress }

export async function startDocker(
  docker: Docker,
  start: DockerStart,
  settings: DockerSettings,
): Promise<StartedDocker> {
  const { order, plan, ground } = start
  const certificates = plan.certificateDirectory === null ? null : newCertificates(start)
  const options = planService(order, ground, {
    index: start.index,
    imageId: start.imageId,
    limits: settings.serviceLimits,
    buildsDirectory: start.buildsDirectory,
    dockerService: { plan, layersVolume: start.layersVolume },
  })
  try {
    const service = await startService(docker, options, {
      image: order.image,
      networkName: ground.networkName,
      beforeStart: container => putFiles(container, start, certificates),
    })
    await openLoopback(docker.getContainer(service.containerId), ground.loopback)
    return { service, address: { host: service.address, port: plan.port, certificates } }
  } catch (cause) {
    throw new AppError('service_failed', `service ${order.image} does not start: ${messageOf(cause)}`, { cause })
  }
}

/** Null: ready; else why not. */
export function untilDockerAnswers(
  docker: Docker,
  { service, address }: StartedDocker,
  settings: DockerSettings,
  signal: AbortSignal,
): Promise<string | null> {
  const timeoutMs = settings.services.dockerReadyTimeoutMs
  return waitUntilReady(docker, service, { kind: 'docker', address }, { timeoutMs, signal })
}

function newCertificates({ plan, order }: DockerStart): DockerCertificates {
  const names = new Set(['docker', 'localhost', plan.hostName, ...order.aliases])
  return createDockerCertificates([...names], Date.now())
}

async function putFiles(
  container: Docker.Container,
  { plan, registry }: DockerStart,
  certificates: DockerCertificates | null,
): Promise<void> {
  const directory = plan.certificateDirectory?.replace(/^\/+/, '')
  const files = [
    ...(certificates === null || directory === undefined ? [] : certificateFiles(directory, certificates)),
    ...(registry?.ca
      ? [{ path: `etc/docker/certs.d/${registry.host}/ca.crt`, content: registry.ca, mode: 0o644 }]
      : []),
  ]
  if (files.length > 0) await container.putArchive(await tarOf(files), { path: '/' })
}

function certificateFiles(directory: string, { ca, server, client }: DockerCertificates): ArchiveFile[] {
  const sides = { server, client }
  return Object.entries(sides).flatMap(([side, { certificate, key }]) => {
    const folder = `${directory}/${side}`
    return [
      { path: `${folder}/ca.pem`, content: ca, mode: 0o644 },
      { path: `${folder}/cert.pem`, content: certificate, mode: 0o644 },
      { path: `${folder}/key.pem`, content: key, mode: 0o644 },
    ]
  })
}
