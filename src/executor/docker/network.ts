// A bridge network for one room.
import type Docker from 'dockerode'
import { labelsOf, objectName, type RoomLabels } from './labels.ts'

/** The engine's own. Containers in it have no names for each other. */
export const defaultBridge = 'bridge'

export type RoomNetwork = { readonly name: string; readonly gateway: string; readonly subnet: string }

export type NetworkShape = {
  readonly mtu: number | null
  /** No way out of it: what is in it reaches its neighbours and what listens at its gateway. */
  readonly isClosed: boolean
}

export async function createRoomNetwork(
  docker: Docker,
  labels: RoomLabels,
  { mtu, isClosed }: NetworkShape,
): Promise<RoomNetwork> {
  const name = objectName(labels, 'network')
  const network = await docker.createNetwork({
    Name: name,
    Driver: 'bridge',
    Internal: isClosed,
    Labels: labelsOf(labels, 'network'),
    ...(mtu === null ? {} : { Options: { 'com.docker.network.driver.mtu': String(mtu) } }),
  })
  return readRoomNetwork(network)
}

export async function readRoomNetwork(network: Docker.Network): Promise<RoomNetwork> {
  const { Name, IPAM } = (await network.inspect()) as {
    Name: string
    IPAM: { Config: { Gateway: string; Subnet: string }[] }
  }
  const [config] = IPAM.Config
  return { name: Name, gateway: config?.Gateway ?? '', subnet: config?.Subnet ?? '' }
}
