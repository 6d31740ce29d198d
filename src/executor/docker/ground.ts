// What a room stands on: a volume, at once, and a network with the way to our server, a little later.
import type Docker from 'dockerode'
import type { RoomOrder, ServerOrder } from '../port.ts'
import { type Forwarding, forwardToServer } from './forwarder.ts'
import { labelsOf, objectName, type RoomKind, type RoomLabels } from './labels.ts'
import { createRoomNetwork, type RoomNetwork } from './network.ts'

export type Ground = {
  readonly labels: RoomLabels
  readonly buildsVolume: { readonly name: string; readonly mountpoint: string }
  readonly network: Promise<ConnectedNetwork>
}

export type ConnectedNetwork = RoomNetwork & {
  /** `name:address` for containers that must find our server. */
  readonly extraHosts: readonly string[]
  readonly forwarding: Forwarding | null
}

export type GroundWorld = {
  readonly docker: Docker
  readonly mtu: number | null
  readonly onForwardProblem: (port: number, error: Error) => void
}

export async function makeGround(order: RoomOrder, labels: RoomLabels, world: GroundWorld): Promise<Ground> {
  const network = createRoomNetwork(world.docker, labels, world.mtu).then(made =>
    connectToServer(made, order.server, world),
  )
  network.catch(() => {}) // told to whoever awaits it; a failed volume must not leave it unhandled
  return { labels, buildsVolume: await createRoomVolume(world.docker, labels, 'builds'), network }
}

export async function connectToServer(
  network: RoomNetwork,
  server: ServerOrder | null,
  { onForwardProblem }: Pick<GroundWorld, 'onForwardProblem'>,
): Promise<ConnectedNetwork> {
  if (server === null) return { ...network, extraHosts: [], forwarding: null }
  const { ports, target, names } = server
  const forwarding = await forwardToServer({ address: network.gateway, ports, target, onProblem: onForwardProblem })
  return { ...network, extraHosts: names.map(name => `${name}:${network.gateway}`), forwarding }
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
