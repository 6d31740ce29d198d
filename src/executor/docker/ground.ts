// What a room stands on: a volume, at once, and a network with the way to our server, a little later.
import type Docker from 'dockerode'
import type { ServerOrder } from '../port.ts'
import type { DockerServicePlan } from './docker-service.ts'
import { type Forwarding, forwardToServer } from './forwarder.ts'
import type { LayersLease } from './kept-layers.ts'
import { labelsOf, objectName, type RoomKind, type RoomLabels } from './labels.ts'
import { createRoomNetwork, type NetworkShape, type RoomNetwork } from './network.ts'
import type { Loopback } from './own-loopback.ts'
import type { HeldPause } from './pauses.ts'
import type { DockerAddress } from './probe.ts'
import type { RunningService } from './services.ts'

export type Ground = {
  readonly labels: RoomLabels
  readonly buildsVolume: { readonly name: string; readonly mountpoint: string }
  readonly network: Promise<ConnectedNetwork>
  /** Other rooms are on the same network: it stays when this room goes. */
  readonly isShared: boolean
  /** A container whose network the job's container joins; null: the job's container makes its own. */
  readonly takePause: () => Promise<HeldPause | null>
  /** A Docker service made ahead, paused. */
  readonly warmDocker: WarmDocker | null
}

export type WarmDocker = {
  /** What it was made from; a room whose service wants another image cannot use it. */
  readonly imageId: string
  readonly plan: DockerServicePlan
  readonly service: RunningService
  readonly address: DockerAddress
  readonly certificatesVolume: string | null
  readonly layers: LayersLease | null
}

export type ConnectedNetwork = RoomNetwork & {
  /** `name:address` for containers that must find our server. */
  readonly extraHosts: readonly string[]
  /** For containers that look for our server under their own loopback; null: none does. */
  readonly loopback: Loopback | null
  readonly forwarding: Forwarding | null
}

export type GroundWorld = NetworkShape & {
  readonly docker: Docker
  readonly onForwardProblem: (port: number, error: Error) => void
}

/** For a room with services: a network of its own. */
export async function makeOwnGround(
  server: ServerOrder | null,
  labels: RoomLabels,
  world: GroundWorld,
): Promise<Ground> {
  const network = createRoomNetwork(world.docker, labels, world).then(made => connectToServer(made, server, world))
  network.catch(() => {}) // told to whoever awaits it; a failed volume must not leave it unhandled
  const buildsVolume = await createRoomVolume(world.docker, labels, 'builds')
  return { labels, buildsVolume, network, isShared: false, takePause: noPause, warmDocker: null }
}

export const noPause = async (): Promise<null> => null

/** For a room without services. */
export async function makeSharedGround(
  network: Promise<ConnectedNetwork>,
  labels: RoomLabels,
  { docker, takePause }: Pick<GroundWorld, 'docker'> & Pick<Ground, 'takePause'>,
): Promise<Ground> {
  network.catch(() => {}) // told to whoever awaits it
  const buildsVolume = await createRoomVolume(docker, labels, 'builds')
  return { labels, buildsVolume, network, isShared: true, takePause, warmDocker: null }
}

export async function connectToServer(
  network: RoomNetwork,
  server: ServerOrder | null,
  { onForwardProblem }: Pick<GroundWorld, 'onForwardProblem'>,
): Promise<ConnectedNetwork> {
  if (server === null) return { ...network, extraHosts: [], loopback: null, forwarding: null }
  const { ports, target, names, loopbackPorts } = server
  const forwarding = await forwardToServer({ address: network.gateway, ports, target, onProblem: onForwardProblem })
  const { gateway } = network
  const onProblem = (error: unknown) => {
    for (const port of loopbackPorts) onForwardProblem(port, error instanceof Error ? error : new Error(String(error)))
  }
  return {
    ...network,
    extraHosts: names.map(name => `${name}:${gateway}`),
    loopback: loopbackPorts.length === 0 ? null : { gateway, ports: loopbackPorts, onProblem },
    forwarding,
  }
}

export async function createRoomVolume(
  docker: Docker,
  labels: RoomLabels,
  kind: RoomKind,
): Promise<{ readonly name: string; readonly mountpoint: string }> {
  const name = objectName(labels, kind)
  await docker.createVolume({ Name: name, Labels: labelsOf(labels, kind) })
  const { Mountpoint } = await docker.getVolume(name).inspect()
  return { name, mountpoint: Mountpoint }
}
