// The executor that runs jobs in a Docker engine.
import { randomBytes } from 'node:crypto'
import type { Executor, Room, RoomKey, RoomOrder } from '../port.ts'
import { detectMtu, type Engine, readEngineFacts } from './engine.ts'
import { connectToServer, type Ground, type GroundWorld, makeGround } from './ground.ts'
import { createImageStore } from './images.ts'
import { keyFilter, keyOf, type RoomLabels, runnerFilter } from './labels.ts'
import { readRoomNetwork } from './network.ts'
import { checkPolicy } from './policy.ts'
import { removeLabelled } from './remove.ts'
import { createRoom, type RoomWorld } from './room.ts'
import type { DockerSettings } from './settings.ts'

export type DockerExecutorOptions = {
  readonly engine: Engine
  /** Marks everything that this runner makes, over all its processes. */
  readonly runnerId: string
  readonly settings: DockerSettings
  readonly onProblem: (message: string, error: unknown) => void
}

export function createDockerExecutor({ engine, runnerId, settings, onProblem }: DockerExecutorOptions): Executor {
  const { docker } = engine
  const images = createImageStore({ docker, nowMs: Date.now, ...settings.images })
  let mtu: Promise<number | null> | null = null

  async function roomWorld(): Promise<RoomWorld & GroundWorld> {
    mtu ??= detectMtu(engine)
    return {
      docker,
      images,
      settings,
      mtu: await mtu,
      onForwardProblem: (port, error) => onProblem(`port ${port} is not forwarded`, error),
    }
  }

  async function openRoom(order: RoomOrder, signal: AbortSignal): Promise<Room> {
    checkPolicy(order, settings.policy)
    const world = await roomWorld()
    signal.throwIfAborted()
    const labels = labelsFor(order, randomBytes(6).toString('hex'))
    return createRoom(order, await makeGround(order, labels, world), world, null)
  }

  async function adoptRoom(order: RoomOrder): Promise<Room | null> {
    const world = await roomWorld()
    const filters = { label: [...keyFilter(runnerId, order.key).label, 'slipway.kind=job'] }
    const [found] = await docker.listContainers({ all: true, filters })
    const roomId = found?.Labels['slipway.room']
    if (found === undefined || roomId === undefined) return null
    const ground = await findGround(order, labelsFor(order, roomId), world)
    return ground === null ? null : createRoom(order, ground, world, { container: docker.getContainer(found.Id) })
  }

  async function findGround(order: RoomOrder, labels: RoomLabels, world: GroundWorld): Promise<Ground | null> {
    const ofRoom = (kind: string) => ({ label: [`slipway.room=${labels.roomId}`, `slipway.kind=${kind}`] })
    const { Volumes } = await docker.listVolumes({ filters: ofRoom('builds') })
    const [network] = await docker.listNetworks({ filters: ofRoom('network') })
    const volume = Volumes?.[0]
    if (volume === undefined || network === undefined) return null
    const made = await readRoomNetwork(docker.getNetwork(network.Id))
    return {
      labels,
      buildsVolume: { name: volume.Name, mountpoint: volume.Mountpoint },
      network: connectToServer(made, order.server, world),
    }
  }

  function labelsFor(order: RoomOrder, roomId: string): RoomLabels {
    return { runnerId, roomId, key: order.key, projectId: order.projectId, deadline: order.deadline }
  }

  async function findRooms(): Promise<readonly RoomKey[]> {
    const filters = runnerFilter(runnerId)
    const [containers, networks, { Volumes }] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
      docker.listVolumes({ filters }),
    ])
    const labels = [
      ...containers.map(one => one.Labels),
      ...networks.map(one => one.Labels),
      ...(Volumes ?? []).map(one => one.Labels),
    ]
    const keys = labels.map(keyOf).filter(key => key !== null)
    return [...new Map(keys.map(key => [`${key.jobId}-${key.lease}`, key])).values()]
  }

  return {
    check: () => readEngineFacts(engine),
    openRoom,
    findRooms,
    adoptRoom,
    removeRoom: key => removeLabelled(docker, keyFilter(runnerId, key)),
    close: async () => {},
  }
}
