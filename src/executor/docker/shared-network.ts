// One network for all jobs that have no services: making and removing one for each would cost more than their start. Its
// containers cannot talk to each other (icc is off), nor forge addresses (no NET_RAW, see the limits' default).
import type Docker from 'dockerode'
import type { ServerOrder } from '../port.ts'
import { statusOf } from './engine.ts'
import { type ConnectedNetwork, connectToServer, type GroundWorld } from './ground.ts'
import { defaultBridge, type RoomNetwork, readRoomNetwork } from './network.ts'
import type { DockerSettings } from './settings.ts'

export type SharedNetwork = {
  readonly connected: (server: ServerOrder | null) => Promise<ConnectedNetwork>
  /** What is handed over keeps it; the next process finds it by its name, and takes it away at its own end. */
  readonly close: () => Promise<void>
}

export type SharedNetworkOptions = Pick<DockerSettings, 'usesDefaultBridge' | 'egress'> & {
  readonly runnerId: string
  readonly world: () => Promise<GroundWorld>
}

export function createSharedNetwork(options: SharedNetworkOptions): SharedNetwork {
  const { runnerId, usesDefaultBridge, egress, world } = options
  const byServer = new Map<string, Promise<ConnectedNetwork>>()
  // An earlier process may have been told otherwise, and its network stays as it is.
  const name = `slipway-${runnerId}-${egress === 'all' ? 'jobs' : 'closed'}`
  let made: Promise<RoomNetwork> | null = null

  async function make(): Promise<RoomNetwork> {
    const { docker, mtu, isClosed } = await world()
    try {
      await docker.createNetwork({
        Name: name,
        Driver: 'bridge',
        Internal: isClosed,
        CheckDuplicate: true,
        Labels: { slipway: 'true', 'slipway.kind': 'shared-network', 'slipway.runner': runnerId },
        Options: {
          'com.docker.network.bridge.enable_icc': 'false',
          ...(mtu === null ? {} : { 'com.docker.network.driver.mtu': String(mtu) }),
        },
      })
    } catch (error) {
      if (statusOf(error) !== 409) throw error // an earlier process made it
    }
    return readRoomNetwork(docker.getNetwork(name))
  }

  async function connect(server: ServerOrder | null): Promise<ConnectedNetwork> {
    if (server === null && usesDefaultBridge) {
      const { docker } = await world()
      return connectToServer(await readRoomNetwork(docker.getNetwork(defaultBridge)), null, await world())
    }
    made ??= make()
    return connectToServer(await made, server, await world())
  }

  return {
    connected: server => {
      const key = JSON.stringify(server)
      const known = byServer.get(key) ?? connect(server)
      byServer.set(key, known)
      known.catch(() => {
        byServer.delete(key)
        made = null
      })
      return known
    },
    close: async () => {
      for (const known of byServer.values()) await (await known.catch(() => null))?.forwarding?.close()
      const { docker } = await world()
      await removeIfUnused(docker, name)
    },
  }
}

async function removeIfUnused(docker: Docker, name: string): Promise<void> {
  try {
    await docker.getNetwork(name).remove()
  } catch (error) {
    if (![403, 404, 409].includes(statusOf(error) ?? 0)) throw error // in use by what was handed over, or gone
  }
}
