// The executor that runs jobs in a Docker engine.
import type { Executor, Room, RoomOrder, Unused } from '../port.ts'
import { createDockerHoles } from './docker-holes.ts'
import { detectMtu, type Engine, orUnreachable, readEngineFacts } from './engine.ts'
import type { GroundWorld } from './ground.ts'
import { createGrounds } from './grounds.ts'
import { createImageStore } from './images.ts'
import { createKeptLayers } from './kept-layers.ts'
import { roomFilter } from './labels.ts'
import { createLeftRooms } from './left-rooms.ts'
import { createLivingRooms } from './living-rooms.ts'
import { createPauses } from './pauses.ts'
import { checkPolicy } from './policy.ts'
import { removeLabelled } from './remove.ts'
import { createRoom, type RoomWorld } from './room.ts'
import { findGround, removeRoom, sweepRooms } from './rooms.ts'
import type { DockerSettings } from './settings.ts'
import { createSharedNetwork } from './shared-network.ts'
import { createStuckRooms } from './stuck-rooms.ts'

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
  const quotaBytes = settings.keepLayersBytes
  const layers =
    quotaBytes === 0 || !engine.isLocal
      ? null
      : createKeptLayers({ docker, runnerId, quotaBytes, perOwner: 8, keepAfterEnd: settings.keepLayersAfterEnd })
  const shared = createSharedNetwork({ runnerId, ...settings, world: groundWorld })
  const living = createLivingRooms(runnerId)
  const { removeMs } = settings.patience
  const stuck = createStuckRooms({
    monotonicMs: () => performance.now(),
    onStuck: (roomId, error) => onProblem(`room ${roomId} cannot be removed: it is tried again`, error),
  })
  const leftRooms = createLeftRooms({ docker, living, removeMs, onProblem })
  const holes = createDockerHoles({ policy: settings.policy.knownHoles, onProblem })
  const around = { settings, world: groundWorld, living, leftRooms, shared, onProblem }
  const pauses = createPauses(around)
  const grounds = createGrounds({ ...around, pauses, layers, holes })
  let mtu: Promise<number | null> | null = null

  async function groundWorld(): Promise<GroundWorld> {
    mtu ??= detectMtu(engine)
    const onForwardProblem = (port: number, error: Error) => onProblem(`port ${port} is not forwarded`, error)
    return { docker, mtu: await mtu, isClosed: settings.egress === 'server', onForwardProblem }
  }

  async function roomWorld(): Promise<RoomWorld> {
    return { docker, images, settings, mtu: (await groundWorld()).mtu, layers, holes, grounds }
  }

  async function openRoom(order: RoomOrder, signal: AbortSignal): Promise<Room> {
    checkPolicy(order, settings.policy)
    try {
      const world = await roomWorld()
      signal.throwIfAborted()
      return await createRoom(order, await grounds.take(order), world, null)
    } catch (error) {
      throw orUnreachable(error)
    }
  }

  async function adoptRoom(order: RoomOrder): Promise<Room | null> {
    const found = await findGround(order, { docker, runnerId, living, shared, removeMs, world: await groundWorld() })
    return found === null ? null : createRoom(order, found.ground, await roomWorld(), { container: found.container })
  }

  async function sweep(kept: Parameters<Executor['sweep']>[0]): Promise<number> {
    await sweepRooms({ docker, runnerId, removeMs, stuck, isAlive: living.has, kept })
    await pauses.trim()
    await layers?.trim()
    return stuck.all().length
  }

  async function unused(): Promise<readonly Unused[]> {
    return [...images.unused(), ...((await layers?.unused()) ?? [])]
  }

  async function close(): Promise<void> {
    await Promise.all([grounds.close(), pauses.close()])
    await leftRooms.close()
    await Promise.allSettled(stuck.all().map(roomId => removeLabelled(docker, roomFilter(roomId), removeMs)))
    await layers?.close()
    await shared.close()
  }

  return {
    check: () => readEngineFacts(engine),
    openRoom,
    adoptRoom,
    sweep,
    unused,
    removeRoom: key => removeRoom(key, { docker, runnerId, removeMs }),
    close,
  }
}
