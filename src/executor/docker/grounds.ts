// Gives each room its ground: one made ahead where there is a fitting one, else a new one; and makes the next ones ahead.
// What is made ahead is fixed then (mounts, flags, names), so a spare fits only a room that asks for the very same.
import type Docker from 'dockerode'
import type { RoomOrder, ServiceOrder } from '../port.ts'
import type { DockerHoles } from './docker-holes.ts'
import { daemonEnvironment, isDockerService } from './docker-service.ts'
import { startDocker, untilDockerAnswers } from './docker-start.ts'
import { isGone } from './engine.ts'
import { createRoomVolume, type Ground, type GroundWorld, makeOwnGround, makeSharedGround } from './ground.ts'
import { inspectImage } from './images.ts'
import type { KeptLayers, LayersLease, LayersOwner } from './kept-layers.ts'
import { type RoomLabels, roomFilter } from './labels.ts'
import type { LeftRooms } from './left-rooms.ts'
import { type LivingRooms, spareFacts } from './living-rooms.ts'
import { startPause } from './pause.ts'
import type { Pauses } from './pauses.ts'
import { mayBePrivileged } from './policy.ts'
import { removeLabelled } from './remove.ts'
import { prepareService } from './room-services.ts'
import type { DockerSettings } from './settings.ts'
import type { SharedNetwork } from './shared-network.ts'
import { createSpares, sparesPace } from './spares.ts'

export type Grounds = {
  readonly take: (order: RoomOrder) => Promise<Ground>
  /** While a room is furnished nothing is made ahead. */
  readonly hold: () => () => void
  /** While a room is there, what none of its kind can use waits. */
  readonly occupy: () => () => void
  /** The room of this order is gone. */
  readonly letGo: (roomId: string, order: RoomOrder) => void
  readonly close: () => Promise<void>
}

type Wish = {
  readonly name: string
  readonly count: number
  /** The next spare is to stand on the layers that this job leaves, so it is made when they are free. */
  readonly afterJob: boolean
  readonly make: () => Promise<Ground | null>
}

export type GroundsOptions = {
  readonly settings: DockerSettings
  readonly world: () => Promise<GroundWorld>
  readonly living: LivingRooms
  readonly shared: SharedNetwork
  readonly leftRooms: LeftRooms
  readonly pauses: Pauses
  readonly layers: KeptLayers | null
  readonly holes: DockerHoles
  readonly onProblem: (message: string, error: unknown) => void
}

export function createGrounds({
  settings,
  world,
  living,
  leftRooms,
  shared,
  pauses,
  layers,
  holes,
  onProblem,
}: GroundsOptions): Grounds {
  const spares = createSpares<Ground>({
    ...sparesPace,
    most: settings.spares.most,
    keepMs: settings.spares.keepMs,
    discard: discardGround,
    onProblem: error => onProblem('a spare could not be made', error),
  })

  async function take(order: RoomOrder): Promise<Ground> {
    const wish = wishOf(order)
    const spare = wish === null ? null : await takeStanding(wish.name)
    if (wish !== null && !wish.afterJob) spares.want(wish.name, { ...wish, canWait: false })
    if (spare !== null) return { ...spare, labels: { ...spare.labels, key: order.key, deadline: order.deadline } }
    const labels = living.add({ key: order.key, projectId: order.projectId, deadline: order.deadline })
    if (order.services.length > 0) return makeOwnGround(order.server, labels, await world())
    const { docker } = await world()
    return makeSharedGround(shared.connected(order.server), labels, { docker, takePause: () => pauses.take(order) })
  }

  /** An engine that was started anew has ended the containers of spares. */
  async function takeStanding(name: string): Promise<Ground | null> {
    for (let spare = spares.take(name); spare !== null; spare = spares.take(name)) {
      if (await stands(spare)) return spare
      await discardGround(spare)
    }
    return null
  }

  async function stands({ takePause, warmDocker }: Ground): Promise<boolean> {
    const { docker } = await world()
    const ids = [(await takePause())?.containerId, warmDocker?.service.containerId].filter(id => typeof id === 'string')
    return (await Promise.all(ids.map(id => isRunning(docker, id)))).every(Boolean)
  }

  function wishOf(order: RoomOrder): Wish | null {
    const { dockers } = settings.spares
    const [service, ...others] = order.services
    if (dockers === 0 || service === undefined || others.length > 0 || !isDockerService(service.image)) return null
    if (!mayBePrivileged(service.image, order.trustClass, settings.policy)) return null
    const count = layers === null ? Math.max(dockers, order.expected) : dockers
    return { name: nameOfDocker(order, service), count, afterJob: layers !== null, make: () => makeWarm(order) }
  }

  function nameOfDocker(order: RoomOrder, service: ServiceOrder): string {
    const { image, entrypoint, command, aliases, user, environment } = service
    const owner = layers === null ? null : ownerOf(order)
    const daemon = daemonEnvironment(environment)
    const { server, registry, mirrors, buildsDirectory } = order
    const own = [image, entrypoint, command, aliases, user, daemon]
    return JSON.stringify([...own, server, registry, mirrors, buildsDirectory, owner])
  }

  /** Null: the image is not here, and pulling it takes a job's credentials; or no job may have it. */
  async function makeWarm(order: RoomOrder): Promise<Ground | null> {
    const { docker, mtu } = await world()
    const image = await inspectImage(docker, order.services[0]?.image ?? '')
    if (image === null || holes.isRefused(image.id)) return null
    const prepared = prepareService(0, image, { order, settings, mtu })
    const { dockerPlan: plan } = prepared
    if (plan === null) return null
    const labels = living.add(spareFacts)
    let lease: LayersLease | null = null
    return orNothing(labels, async () => {
      const ground = await makeOwnGround(order.server, labels, await world())
      const { name: networkName, extraHosts, loopback } = await ground.network
      const { dns } = settings.jobLimits
      const certificatesVolume =
        plan.certificateDirectory === null ? null : (await createRoomVolume(docker, labels, 'certificates')).name
      lease = (await layers?.take(ownerOf(order))) ?? null
      const layersVolume = lease?.volumeName ?? (await createRoomVolume(docker, labels, 'layers')).name
      const roomGround = {
        labels,
        networkName,
        pauseId: null,
        extraHosts,
        loopback,
        buildsVolume: ground.buildsVolume.name,
        certificatesVolume,
      }
      const start = { ...prepared, imageId: image.id, plan, ground: roomGround, layersVolume, ...order }
      const started = await startDocker(docker, { ...start, order: prepared.order }, settings)
      const containerId = await startPause(docker, { labels, networkName, extraHosts, loopback, dns })
      const problem = await untilDockerAnswers(
        docker,
        started,
        settings,
        AbortSignal.timeout(settings.services.dockerReadyTimeoutMs),
      )
      if (problem !== null) throw new Error(`a spare ${prepared.order.image} ${problem}`)
      await holes.heed({ image: prepared.order.image, imageId: image.id, address: started.address })
      await docker.getContainer(started.service.containerId).pause()
      return {
        ...ground,
        takePause: async () => ({ containerId, release: async () => {} }), // goes with the room
        warmDocker: { imageId: image.id, plan, ...started, certificatesVolume, layers: lease },
      }
    }).catch(async (error: unknown) => {
      await lease?.release()
      throw error
    })
  }

  /** What a failed attempt has made is taken away again. */
  async function orNothing(labels: RoomLabels, make: () => Promise<Ground>): Promise<Ground> {
    try {
      return await make()
    } catch (error) {
      await leftRooms.takeAway(labels.roomId)
      throw error
    }
  }

  async function discardGround(ground: Ground): Promise<void> {
    const { docker } = await world()
    await removeLabelled(docker, roomFilter(ground.labels.roomId), settings.patience.removeMs)
    await ground.warmDocker?.layers?.release()
    if (!ground.isShared) await (await ground.network).forwarding?.close()
    living.forget(ground.labels.roomId)
  }

  return {
    take,
    hold: () => all([spares.hold(), pauses.hold()]),
    occupy: () => all([spares.occupy(), pauses.occupy()]),
    letGo: (roomId, order) => {
      living.forget(roomId)
      if (order.services.length === 0) pauses.left(order)
      const wish = wishOf(order)
      if (wish?.afterJob) spares.want(wish.name, { ...wish, canWait: true })
    },
    close: spares.close,
  }
}

function all(works: readonly (() => void)[]): () => void {
  return () => {
    for (const work of works) work()
  }
}

async function isRunning(docker: Docker, containerId: string): Promise<boolean> {
  try {
    return (await docker.getContainer(containerId).inspect()).State.Running
  } catch (error) {
    if (isGone(error)) return false
    throw error
  }
}

function ownerOf({ projectId, trustClass, jobName }: RoomOrder): LayersOwner {
  return { projectId, trustClass, jobName }
}
