// Starts all services of a room at once, tells of those that are not ready or die, and readies the room's own Docker.
import type Docker from 'dockerode'
import { AppError, messageOf } from '../../kit/errors.ts'
import { red, yellow } from '../../kit/terminal-colors.ts'
import type { RoomOrder, ServiceOrder } from '../port.ts'
import type { DockerHoles } from './docker-holes.ts'
import { type DockerServicePlan, isDockerService, planDockerService } from './docker-service.ts'
import { giveImage } from './docker-service-images.ts'
import { type StartedDocker, startDocker, untilDockerAnswers } from './docker-start.ts'
import type { WarmDocker } from './ground.ts'
import type { ReadyImage } from './images.ts'
import { planService, type RoomGround } from './plan.ts'
import { mayBePrivileged, privilegeRefusal } from './policy.ts'
import { answersPing, type DockerAddress } from './probe.ts'
import { lastLines, type RunningService, readinessOf, startService, waitUntilReady } from './services.ts'
import type { DockerSettings } from './settings.ts'

export type ServiceWorld = {
  readonly docker: Docker
  readonly settings: DockerSettings
  readonly holes: Pick<DockerHoles, 'heed'>
  readonly order: RoomOrder
  readonly ground: RoomGround
  /** The volume for a Docker service's data that is started now. */
  readonly layersVolume: () => Promise<string>
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
  if (!isDockerService(service.image)) return { index, order: service, image, dockerPlan: null }
  if (!mayBePrivileged(service.image, order.trustClass, settings.policy))
    throw privilegeRefusal(service.image, order.trustClass, settings.policy)
  const mirrors = [...settings.mirrors, ...order.mirrors]
  const surroundings = { imageEnvironment: image.environment, registry: order.registry, mtu, mirrors }
  return { index, order: service, image, dockerPlan: planDockerService(service, surroundings) }
}

/** Resolves when the service can serve, or when it was told that it cannot. */
export async function runService(prepared: PreparedService, world: ServiceWorld, signal: AbortSignal): Promise<void> {
  const { dockerPlan } = prepared
  if (dockerPlan === null) return runPlainService(prepared, world, signal)
  const started = await startDocker(
    world.docker,
    {
      ...prepared,
      imageId: prepared.image.id,
      plan: dockerPlan,
      ground: world.ground,
      layersVolume: await world.layersVolume(),
      buildsDirectory: world.order.buildsDirectory,
      registry: world.order.registry,
    },
    world.settings,
  )
  tellItsEnd(started.service, world)
  const problem = await untilDockerAnswers(world.docker, started, world.settings, signal)
  if (problem !== null) return tellProblem(started.service, problem, world)
  await world.holes.heed({ image: prepared.order.image, imageId: prepared.image.id, address: started.address })
  await givePipelineImages(started.address, world, signal)
}

/** The same for one that was started ahead. */
export async function wakeDocker(warm: WarmDocker, world: ServiceWorld, signal: AbortSignal): Promise<void> {
  await world.docker.getContainer(warm.service.containerId).unpause()
  tellItsEnd(warm.service, world)
  const started: StartedDocker = { service: warm.service, address: warm.address }
  const problem = (await answersPing(warm.address, 5000))
    ? null
    : await untilDockerAnswers(world.docker, started, world.settings, signal)
  if (problem !== null) return tellProblem(warm.service, problem, world)
  await givePipelineImages(warm.address, world, signal)
}

async function runPlainService(prepared: PreparedService, world: ServiceWorld, signal: AbortSignal): Promise<void> {
  const { docker, settings, ground, order } = world
  const options = planService(prepared.order, ground, {
    index: prepared.index,
    imageId: prepared.image.id,
    limits: settings.serviceLimits,
    buildsDirectory: order.buildsDirectory,
    dockerService: null,
  })
  const { image } = prepared.order
  const service = await startService(docker, options, { image, networkName: ground.networkName }).catch(
    (cause: unknown) => {
      throw new AppError('service_failed', `service ${image} does not start: ${messageOf(cause)}`, { cause })
    },
  )
  tellItsEnd(service, world)
  const timeoutMs = settings.services.readyTimeoutMs
  const problem = await waitUntilReady(docker, service, readinessOf(prepared.image), { timeoutMs, signal })
  if (problem !== null) await tellProblem(service, problem, world)
}

async function tellProblem(service: RunningService, problem: string, world: ServiceWorld): Promise<void> {
  const log = await lastLines(world.docker, service.containerId, 50)
  if (world.settings.services.failWhenNotReady)
    throw new AppError('service_failed', `service ${service.image} ${problem}`, { detail: log })
  world.say(red(`WARNING: service ${service.image} ${problem}; the job goes on`))
  sayLastLines(log, world.say)
}

function sayLastLines(log: string, say: ServiceWorld['say']): void {
  if (log !== '') say(`${red('The last lines of its log:')}\n${log.trimEnd()}`)
}

function tellItsEnd(service: RunningService, { docker, say, closing }: ServiceWorld): void {
  docker
    .getContainer(service.containerId)
    .wait()
    .then(async ({ StatusCode }: { StatusCode: number }) => {
      if (closing.aborted) return
      const { State } = await docker.getContainer(service.containerId).inspect()
      const why = State.OOMKilled ? ', out of memory' : ''
      say(red(`WARNING: service ${service.image} ended (exit code ${StatusCode}${why})`))
      sayLastLines(await lastLines(docker, service.containerId, 50), say)
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
        world.say(yellow(`WARNING: ${messageOf(error)}; the script may still pull it`))
      }
    }),
  )
}
