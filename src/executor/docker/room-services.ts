// Starts all services of a room at once, tells of those that are not ready or die, and readies the room's own Docker.
import type Docker from 'dockerode'
import { AppError, messageOf } from '../../kit/errors.ts'
import type { RoomOrder, ServiceOrder } from '../port.ts'
import { tarOf } from './archive.ts'
import { createDockerCertificates, type DockerCertificates } from './certificates.ts'
import { type DockerServicePlan, isDockerService, planDockerService } from './docker-service.ts'
import { giveImage } from './docker-service-images.ts'
import { createRoomVolume } from './ground.ts'
import type { ReadyImage } from './images.ts'
import { planService, type RoomGround } from './plan.ts'
import { mayBePrivileged, privilegeRefusal } from './policy.ts'
import type { DockerAddress } from './probe.ts'
import { lastLines, type RunningService, readinessOf, startService, waitUntilReady } from './services.ts'
import type { DockerSettings } from './settings.ts'

export type ServiceWorld = {
  readonly docker: Docker
  readonly settings: DockerSettings
  readonly order: RoomOrder
  readonly ground: RoomGround
  readonly say: (line: string) => void
  /** Fires when the room is closed; from then on no service's end is told. */
  readonly closing: AbortSignal
}

/** A service with its image, and what makes it the room's Docker, if it is one. */
export type PreparedService = {
  readonly index: number
  readonly order: ServiceOrder
  readonly image: ReadyImage
  readonly dockerPlan: DockerServicePlan | null
}

export function prepareService(
  index: number,
  image: ReadyImage,
  world: { readonly order: RoomOrder; readonly settings: DockerSettings; readonly mtu: number | null },
): PreparedService {
  const { order, settings, mtu } = world
  const service = order.services[index] as ServiceOrder
  const dockerPlan = isDockerService(service.image)
    ? planDockerService(service, {
        imageEnvironment: image.environment,
        registry: order.registry,
        mtu,
        mirrors: settings.mirrors,
      })
    : null
  if (dockerPlan !== null && !mayBePrivileged(service.image, order.trustClass, settings.policy))
    throw privilegeRefusal(service.image, order.trustClass, settings.policy)
  return { index, order: service, image, dockerPlan }
}

/** Resolves when the service can serve, or when it was told that it cannot. */
export async function runService(prepared: PreparedService, world: ServiceWorld, signal: AbortSignal): Promise<void> {
  const { docker, settings, ground } = world
  const certificates = newCertificates(prepared)
  const options = planService(prepared.order, ground, {
    index: prepared.index,
    imageId: prepared.image.id,
    limits: settings.serviceLimits,
    buildsDirectory: world.order.buildsDirectory,
    dockerService:
      prepared.dockerPlan === null
        ? null
        : { plan: prepared.dockerPlan, layersVolume: (await createRoomVolume(docker, ground.labels, 'layers')).name },
  })
  const service = await start(prepared, certificates, options, world)
  const address = addressOf(service, prepared, certificates)
  tellItsEnd(service, world)
  const isDocker = address !== null
  const problem = await waitUntilReady(docker, service, readinessOf(prepared.image, address), {
    timeoutMs: isDocker ? settings.services.dockerReadyTimeoutMs : settings.services.readyTimeoutMs,
    signal,
  })
  if (problem !== null) return tellProblem(service, problem, world)
  if (address !== null) await givePipelineImages(address, world, signal)
}

async function start(
  prepared: PreparedService,
  certificates: DockerCertificates | null,
  options: ReturnType<typeof planService>,
  world: ServiceWorld,
): Promise<RunningService> {
  const { image } = prepared.order
  try {
    return await startService(world.docker, options, {
      image,
      networkName: world.ground.networkName,
      beforeStart: container => putFiles(container, prepared, certificates, world.order),
    })
  } catch (cause) {
    throw new AppError('service_failed', `service ${image} does not start: ${messageOf(cause)}`, { cause })
  }
}

async function putFiles(
  container: Docker.Container,
  { dockerPlan }: PreparedService,
  certificates: DockerCertificates | null,
  { registry }: RoomOrder,
): Promise<void> {
  if (dockerPlan === null) return
  const directory = dockerPlan.certificateDirectory?.replace(/^\/+/, '')
  const files = [
    ...(certificates === null || directory === undefined ? [] : certificateFiles(directory, certificates)),
    ...(registry?.ca
      ? [{ path: `etc/docker/certs.d/${registry.host}/ca.crt`, content: registry.ca, mode: 0o644 }]
      : []),
  ]
  if (files.length > 0) await container.putArchive(await tarOf(files), { path: '/' })
}

function certificateFiles(directory: string, { ca, server, client }: DockerCertificates) {
  return (['server', 'client'] as const).flatMap(side => {
    const { certificate, key } = side === 'server' ? server : client
    const folder = `${directory}/${side}`
    return [
      { path: `${folder}/ca.pem`, content: ca, mode: 0o644 },
      { path: `${folder}/cert.pem`, content: certificate, mode: 0o644 },
      { path: `${folder}/key.pem`, content: key, mode: 0o644 },
    ]
  })
}

function newCertificates({ dockerPlan, order }: PreparedService): DockerCertificates | null {
  if (!dockerPlan?.certificateDirectory) return null
  const names = new Set(['docker', 'localhost', dockerPlan.hostName, ...order.aliases])
  return createDockerCertificates([...names], Date.now())
}

function addressOf(
  service: RunningService,
  { dockerPlan }: PreparedService,
  certificates: DockerCertificates | null,
): DockerAddress | null {
  return dockerPlan === null ? null : { host: service.address, port: dockerPlan.port, certificates }
}

async function tellProblem(service: RunningService, problem: string, world: ServiceWorld): Promise<void> {
  const log = await lastLines(world.docker, service.containerId, 50)
  if (world.settings.services.failWhenNotReady)
    throw new AppError('service_failed', `service ${service.image} ${problem}`, { detail: log })
  world.say(`\u001b[31;1mWARNING: service ${service.image} ${problem}; the job goes on\u001b[0;m`)
  if (log !== '') world.say(`\u001b[31mThe last lines of its log:\u001b[0;m\n${log.trimEnd()}`)
}

function tellItsEnd(service: RunningService, { docker, say, closing }: ServiceWorld): void {
  docker
    .getContainer(service.containerId)
    .wait()
    .then(async ({ StatusCode }: { StatusCode: number }) => {
      if (closing.aborted) return
      const { State } = await docker.getContainer(service.containerId).inspect()
      const why = State.OOMKilled ? ', out of memory' : ''
      say(`\u001b[31;1mWARNING: service ${service.image} ended (exit code ${StatusCode}${why})\u001b[0;m`)
    })
    .catch(() => {}) // the engine went away or the room is being removed: told elsewhere
}

async function givePipelineImages(address: DockerAddress, world: ServiceWorld, signal: AbortSignal): Promise<void> {
  const { pipelineImages, credentials } = world.order
  await Promise.all(
    pipelineImages.map(async image => {
      world.say(`Giving the job's Docker ${image.reference} (${image.digest.slice(0, 19)}), pushed by this pipeline`)
      try {
        await giveImage(address, image, { credentials, signal })
      } catch (error) {
        signal.throwIfAborted()
        world.say(`\u001b[33mWARNING: ${messageOf(error)}; the script may still pull it\u001b[0;m`)
      }
    }),
  )
}
