// The rooms that stand in the engine, whoever made them: found by their labels.
import type Docker from 'dockerode'
import type { RoomKey, RoomOrder } from '../port.ts'
import { connectToServer, type Ground, type GroundWorld, noPause } from './ground.ts'
import { keyFilter, keyOf, roomFilter, runnerFilter } from './labels.ts'
import type { LivingRooms } from './living-rooms.ts'
import { readRoomNetwork } from './network.ts'
import type { HeldPause } from './pauses.ts'
import { removeContainer, removeLabelled } from './remove.ts'
import type { SharedNetwork } from './shared-network.ts'
import type { StuckRooms } from './stuck-rooms.ts'

type FoundObject = {
  readonly roomId: string
  readonly key: RoomKey | null
  readonly id: string | null
  /** The container whose network it is in. */
  readonly joined: string | null
}

export type Finding = {
  readonly docker: Docker
  readonly runnerId: string
  readonly living: LivingRooms
  readonly shared: SharedNetwork
  readonly world: GroundWorld
  readonly removeMs: number
}

/** The room in which the job's container stands; null: it is gone. */
export async function findGround(
  order: RoomOrder,
  { docker, runnerId, living, shared, world, removeMs }: Finding,
): Promise<{ readonly ground: Ground; readonly container: Docker.Container } | null> {
  const filters = { label: [...keyFilter(runnerId, order.key).label, 'slipway.kind=job'] }
  const [found] = await docker.listContainers({ all: true, filters })
  const roomId = found?.Labels['slipway.room']
  if (found === undefined || roomId === undefined) return null
  const ofKind = (kind: string) => ({ label: [...roomFilter(roomId).label, `slipway.kind=${kind}`] })
  const { Volumes } = await docker.listVolumes({ filters: ofKind('builds') })
  const [network] = await docker.listNetworks({ filters: ofKind('network') })
  const volume = Volumes?.[0]
  if (volume === undefined) return null
  const connected =
    network === undefined
      ? shared.connected(order.server)
      : readRoomNetwork(docker.getNetwork(network.Id)).then(read => connectToServer(read, order.server, world))
  connected.catch(() => {}) // told to whoever awaits it
  const labels = { runnerId, roomId, key: order.key, projectId: order.projectId, deadline: order.deadline }
  const ground = {
    labels,
    buildsVolume: { name: volume.Name, mountpoint: volume.Mountpoint },
    network: connected,
    isShared: network === undefined,
    takePause: (await findPause(found, { docker, living, removeMs })) ?? noPause,
    warmDocker: null,
  }
  return { ground, container: docker.getContainer(found.Id) }
}

/** What the job's container joined, whose state when it was made nobody knows any more: no other job may have it. */
async function findPause(
  { HostConfig }: Docker.ContainerInfo,
  { docker, living, removeMs }: Pick<Finding, 'docker' | 'living' | 'removeMs'>,
): Promise<(() => Promise<HeldPause>) | null> {
  const joined = joinedContainer(HostConfig.NetworkMode)
  if (joined === null) return null
  const pause = docker.getContainer(joined)
  const roomId = (await pause.inspect()).Config.Labels['slipway.room'] ?? ''
  living.keep(roomId)
  const release = async () => {
    living.forget(roomId)
    await removeContainer(docker, joined, removeMs)
  }
  return async () => ({ containerId: joined, release })
}

function joinedContainer(networkMode: string): string | null {
  return networkMode.startsWith('container:') ? networkMode.slice('container:'.length) : null
}

export type Removing = { readonly docker: Docker; readonly runnerId: string; readonly removeMs: number }

export async function removeRoom(key: RoomKey, { docker, runnerId, removeMs }: Removing): Promise<void> {
  const objects = await findObjects(docker, keyFilter(runnerId, key))
  for (const roomId of new Set(objects.map(object => object.roomId)))
    await removeLabelled(docker, roomFilter(roomId), removeMs)
}

export type Sweep = Removing & {
  readonly stuck: StuckRooms
  readonly isAlive: (roomId: string) => boolean
  readonly kept: () => Promise<readonly RoomKey[]>
}

export async function sweepRooms({ docker, runnerId, removeMs, stuck, isAlive, kept }: Sweep): Promise<void> {
  const objects = await findObjects(docker, runnerFilter(runnerId))
  const keptNames = new Set((await kept()).map(nameOf))
  const keptRooms = new Set(
    objects.filter(({ key }) => key !== null && keptNames.has(nameOf(key))).map(({ roomId }) => roomId),
  )
  const stays = (roomId: string) => keptRooms.has(roomId) || isAlive(roomId)
  const joined = new Set(objects.filter(({ roomId }) => stays(roomId)).map(each => each.joined))
  for (const { id, roomId } of objects) if (id !== null && joined.has(id)) keptRooms.add(roomId)
  const dead = new Set(objects.map(({ roomId }) => roomId).filter(roomId => !stays(roomId)))
  stuck.retain(dead)
  for (const roomId of dead) await stuck.remove(roomId, () => removeLabelled(docker, roomFilter(roomId), removeMs))
}

async function findObjects(docker: Docker, filters: { readonly label: string[] }): Promise<readonly FoundObject[]> {
  const [containers, networks, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ])
  const found = [
    ...containers.map(({ Id, Labels, HostConfig }) => ({
      Labels,
      id: Id,
      joined: joinedContainer(HostConfig.NetworkMode),
    })),
    ...[...networks, ...(Volumes ?? [])].map(({ Labels }) => ({ Labels, id: null, joined: null })),
  ]
  return found.flatMap(({ Labels, id, joined }) => {
    const roomId = Labels?.['slipway.room']
    return roomId === undefined ? [] : [{ roomId, key: keyOf(Labels), id, joined }]
  })
}

function nameOf({ jobId, lease }: RoomKey): string {
  return `${jobId}-${lease}`
}
