// One job's room in a Docker engine. Everything is under way at the same time; what must wait for what:
//
//   volume ── git (the runner's) ───────────────────────────┐
//   network ────────────────────┬─ job's container, created ┼─ started (its shell waits) ───────────────────┐
//   images of job and services ─┘                           └─ services ── ready ── images of the pipeline ─┴─ furnished
//
// Nothing that can see the volume runs before git is done with it: git trusts the files that it works on.
import type Docker from 'dockerode'
import { allOrAbort } from '../../kit/abort.ts'
import { AppError } from '../../kit/errors.ts'
import type { FurnishWishes, Room, RoomOrder, StepEnd, StepOrder } from '../port.ts'
import type { DockerHoles } from './docker-holes.ts'
import type { DockerServicePlan } from './docker-service.ts'
import { orUnreachable } from './engine.ts'
import { type ConnectedNetwork, createRoomVolume, type Ground, type WarmDocker } from './ground.ts'
import type { Grounds } from './grounds.ts'
import type { ImageStore, ReadyImage } from './images.ts'
import type { KeptLayers, LayersLease } from './kept-layers.ts'
import { roomFilter } from './labels.ts'
import { openLoopback, turnedPorts } from './own-loopback.ts'
import { ownRegistryImage } from './own-registry.ts'
import type { HeldPause } from './pauses.ts'
import { planJobContainer, type RoomGround } from './plan.ts'
import { removeContainer, removeLabelled, removeVolume, untilGone } from './remove.ts'
import { type PreparedService, prepareService, runService, wakeDocker } from './room-services.ts'
import type { DockerSettings } from './settings.ts'
import { followShell, type Shell, startShell } from './shell.ts'
import { openWorkspace } from './workspace.ts'

export type RoomWorld = {
  readonly docker: Docker
  readonly images: ImageStore
  readonly settings: DockerSettings
  readonly mtu: number | null
  readonly layers: KeptLayers | null
  readonly holes: DockerHoles
  readonly grounds: Pick<Grounds, 'hold' | 'occupy' | 'letGo'>
}

/** What an earlier process had furnished already. */
export type AdoptedRoom = { readonly container: Docker.Container }

type JobContainerBase = {
  readonly image: ReadyImage
  readonly ground: RoomGround
  readonly dockerPlan: DockerServicePlan | null
}

export async function createRoom(
  order: RoomOrder,
  ground: Ground,
  world: RoomWorld,
  adopted: AdoptedRoom | null,
): Promise<Room> {
  const { docker, grounds, settings } = world
  const { killMs, removeMs } = settings.patience
  const leave = grounds.occupy()
  const closing = new AbortController()
  let container: Docker.Container | null = adopted?.container ?? null
  let waiting: Shell | null = null
  let furnished: Promise<void> = Promise.resolve()
  let pause: HeldPause | null = adopted === null ? null : await ground.takePause()
  let lease: LayersLease | null = ground.warmDocker?.layers ?? null
  const workspace = await openWorkspace({
    volume: docker.getVolume(ground.buildsVolume.name),
    mountpoint: ground.buildsVolume.mountpoint,
    buildsDirectory: order.buildsDirectory,
    container: () => container,
  })

  async function furnish(wishes: FurnishWishes, signal: AbortSignal): Promise<void> {
    const letGo = grounds.hold()
    const work = furnishAll(wishes, AbortSignal.any([signal, closing.signal]))
      .catch((error: unknown) => {
        throw orUnreachable(error)
      })
      .finally(letGo)
    furnished = work.catch(() => {}) // `close` only waits for it; the caller is told
    await work
  }

  async function furnishAll(wishes: FurnishWishes, outer: AbortSignal): Promise<void> {
    wishes.sourcesReady.catch(() => {}) // told where it is waited for, which may never be reached
    const orders = [order.image, ...order.services]
    const [network, images] = await Promise.all([
      ground.network,
      allOrAbort(
        orders.map(one => signal => ensureImage(one, wishes, signal)),
        outer,
      ),
    ])
    outer.throwIfAborted()
    if (network.loopback !== null) wishes.say(turnedPorts(network.loopback))
    const [jobImage, ...serviceImages] = images as [ReadyImage, ...ReadyImage[]]
    const prepared = serviceImages.map((image, index) => prepareService(index, image, { order, ...world }))
    const warm = await usableWarmDocker(prepared)
    const dockerPlan = warm?.plan ?? prepared.find(service => service.dockerPlan !== null)?.dockerPlan ?? null
    const roomGround = await layGround(network, warm, dockerPlan)
    const serviceWorld = {
      docker,
      settings,
      holes: world.holes,
      order,
      ground: roomGround,
      layersVolume: takeLayers,
      say: wishes.say,
      closing: closing.signal,
    }
    await allOrAbort(
      [
        signal => startJobContainer({ image: jobImage, ground: roomGround, dockerPlan }, wishes, signal),
        ...prepared.map(service => async (signal: AbortSignal) => {
          await wishes.sourcesReady
          const isWarm = warm !== null && service.dockerPlan !== null
          return isWarm ? wakeDocker(warm, serviceWorld, signal) : runService(service, serviceWorld, signal)
        }),
      ],
      outer,
    )
  }

  /** A spare that was made from another image than the name now means is of no use. */
  async function usableWarmDocker(prepared: readonly PreparedService[]): Promise<WarmDocker | null> {
    const warm = ground.warmDocker
    if (warm === null || prepared.some(service => service.image.id === warm.imageId)) return warm
    await removeContainer(docker, warm.service.containerId, removeMs)
    return null
  }

  async function layGround(
    network: ConnectedNetwork,
    warm: WarmDocker | null,
    plan: DockerServicePlan | null,
  ): Promise<RoomGround> {
    pause = await ground.takePause()
    const needsCertificates = warm === null && plan !== null && plan.certificateDirectory !== null
    return {
      labels: ground.labels,
      networkName: network.name,
      pauseId: pause?.containerId ?? null,
      extraHosts: network.extraHosts,
      loopback: network.loopback,
      buildsVolume: ground.buildsVolume.name,
      certificatesVolume: needsCertificates
        ? (await createRoomVolume(docker, ground.labels, 'certificates')).name
        : (warm?.certificatesVolume ?? null),
    }
  }

  async function takeLayers(): Promise<string> {
    lease ??= (await world.layers?.take(order)) ?? null
    return lease?.volumeName ?? (await createRoomVolume(docker, ground.labels, 'layers')).name
  }

  async function startJobContainer(base: JobContainerBase, wishes: FurnishWishes, signal: AbortSignal): Promise<void> {
    const options = planJobContainer(order, base.ground, {
      imageId: base.image.id,
      limits: settings.jobLimits,
      dockerService: base.dockerPlan,
    })
    container = await docker.createContainer(options)
    await wishes.sourcesReady
    signal.throwIfAborted()
    waiting = await start(container)
  }

  /** Each start of a container that has a network of its own makes that anew. */
  async function start(started: Docker.Container): Promise<Shell> {
    const shell = await startShell(started)
    if (pause === null) await openLoopback(started, (await ground.network).loopback)
    return shell
  }

  function ensureImage(wanted: RoomOrder['image'], wishes: FurnishWishes, signal: AbortSignal): Promise<ReadyImage> {
    const own = ownRegistryImage(wanted.image, order, signal)
    return world.images.ensure({ container: wanted, credentials: order.credentials, own }, wishes.say, signal)
  }

  async function run(step: StepOrder, signal: AbortSignal): Promise<StepEnd> {
    if (container === null) throw new Error('a room is furnished before anything runs in it')
    const shell = waiting ?? (step.script === null ? null : await start(container))
    waiting = null
    return followShell({ docker, container, shell, killMs }, step, signal)
  }

  async function close(): Promise<void> {
    closing.abort(new AppError('room_closed', 'the room is closed'))
    await Promise.allSettled([ground.network, furnished])
    waiting?.stream.destroy()
    waiting = null
    await clear().finally(leave)
  }

  async function clear(): Promise<void> {
    try {
      await removeAll()
      await lease?.release()
    } finally {
      await workspace.remove()
      if (!ground.isShared) {
        const network = await ground.network.catch(() => null) // never made: nothing forwards to it
        await network?.forwarding?.close()
      }
      grounds.letGo(ground.labels.roomId, order)
    }
  }

  async function removeAll(): Promise<void> {
    let isEmpty = false
    try {
      await untilGone(async () => {
        isEmpty = ground.isShared && container !== null ? await removeKnown(container) : await removeUnknown()
      })
    } finally {
      await pause?.release(isEmpty)
      pause = null
    }
  }

  /** A room without services is a container and a volume: nothing need be looked for. */
  async function removeKnown({ id }: Docker.Container): Promise<boolean> {
    const isGone = await removeContainer(docker, id, removeMs)
    await removeVolume(docker, ground.buildsVolume.name, removeMs)
    return isGone
  }

  async function removeUnknown(): Promise<boolean> {
    await removeLabelled(docker, roomFilter(ground.labels.roomId), removeMs)
    return container === null
  }

  return { workspace, furnish, run, close }
}
