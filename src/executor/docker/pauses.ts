// Networks for jobs without services, held open by pause containers. A container's own network is half of what its start
// and its end cost, so one that is there serves job after job, one at a time, all of one project and trust class, as long as
// they leave nothing in it (pause-state.ts). Beside those a few are made ahead for whoever comes first.
import type Docker from 'dockerode'
import type { RoomOrder, ServerOrder } from '../port.ts'
import { isGone } from './engine.ts'
import type { GroundWorld } from './ground.ts'
import type { LeftRooms } from './left-rooms.ts'
import { type LivingRooms, spareFacts } from './living-rooms.ts'
import { startPause } from './pause.ts'
import { isAsMade, isQuiet, type PauseState, readPauseState } from './pause-state.ts'
import type { ContainerLimits } from './plan.ts'
import type { DockerSettings } from './settings.ts'
import type { SharedNetwork } from './shared-network.ts'
import { createSpares, sparesPace } from './spares.ts'

export type HeldPause = {
  readonly containerId: string
  /** After the job's container; `isEmpty`: that is surely gone. */
  readonly release: (isEmpty: boolean) => Promise<void>
}

export type Pauses = {
  /** Null: there is none, and for a single job none is worth to be made. */
  readonly take: (order: RoomOrder) => Promise<HeldPause | null>
  /** The room of this order is gone. */
  readonly left: (order: RoomOrder) => void
  readonly hold: () => () => void
  readonly occupy: () => () => void
  /** Takes away what no job asked for lately. */
  readonly trim: () => Promise<void>
  readonly close: () => Promise<void>
}

export type PausesOptions = {
  readonly settings: DockerSettings
  readonly living: LivingRooms
  readonly leftRooms: LeftRooms
  readonly shared: SharedNetwork
  readonly world: () => Promise<GroundWorld>
  readonly onProblem: (message: string, error: unknown) => void
}

type Pause = {
  readonly roomId: string
  readonly container: Docker.Container
  /** Null: it cannot be seen from here, so it serves once. */
  readonly state: PauseState | null
}

type IdlePause = Pause & { readonly state: PauseState; readonly owner: string; readonly idleSince: number }

export function createPauses({ settings, living, leftRooms, shared, world, onProblem }: PausesOptions): Pauses {
  const { networks, most, keepMs } = settings.spares
  const servesAgain = leavesNetworksAlone(settings.jobLimits)
  /** Latest used last. */
  const idle: IdlePause[] = []
  const rooms = new Map<string, number>()
  let isClosed = false
  const spares = createSpares<Pause>({
    ...sparesPace,
    most,
    keepMs,
    discard,
    onProblem: error => onProblem('a spare network could not be made', error),
  })

  async function take(order: RoomOrder): Promise<HeldPause | null> {
    if (networks === 0) return null
    const owner = ownerOf(order)
    const others = rooms.get(owner) ?? 0
    rooms.set(owner, others + 1)
    const wish = JSON.stringify(order.server)
    const found = (await takeIdle(owner)) ?? (await takeSpare(wish))
    spares.want(wish, { count: networks, make: () => make(order.server), canWait: true })
    const pause = found ?? (servesAgain && others > 0 ? await makeForMany(order.server) : null)
    return pause === null ? null : hold(pause, owner)
  }

  async function takeIdle(owner: string): Promise<Pause | null> {
    for (const pause of idle.filter(each => each.owner === owner).reverse()) {
      if (!pick(pause)) continue
      if (!(await isAsMade(pause.state))) await discard(pause)
      else if (await isQuiet(pause.state)) return pause
      else idle.unshift(pause)
    }
    return null
  }

  /** An engine that was started anew has ended the containers of spares. */
  async function takeSpare(wish: string): Promise<Pause | null> {
    for (let pause = spares.take(wish); pause !== null; pause = spares.take(wish)) {
      if (await isRunning(pause.container)) return pause
      await discard(pause)
    }
    return null
  }

  /** Where jobs come in numbers, the next ones have it too; without it a job still has a network of its own. */
  async function makeForMany(server: ServerOrder | null): Promise<Pause | null> {
    try {
      return await make(server)
    } catch (error) {
      onProblem('a network could not be made', error)
      return null
    }
  }

  async function make(server: ServerOrder | null): Promise<Pause> {
    const labels = living.add(spareFacts)
    const { docker } = await world()
    try {
      const { name: networkName, extraHosts, loopback } = await shared.connected(server)
      const { dns } = settings.jobLimits
      const containerId = await startPause(docker, { labels, networkName, extraHosts, loopback, dns })
      const container = docker.getContainer(containerId)
      return { roomId: labels.roomId, container, state: servesAgain ? await readPauseState(container) : null }
    } catch (error) {
      await leftRooms.takeAway(labels.roomId)
      throw error
    }
  }

  function hold(pause: Pause, owner: string): HeldPause {
    return {
      containerId: pause.container.id,
      release: async isEmpty => {
        const { state } = pause
        if (!isEmpty || state === null || !(await isAsMade(state)) || isClosed) return discard(pause)
        idle.push({ ...pause, state, owner, idleSince: performance.now() })
        await trim()
      },
    }
  }

  async function trim(): Promise<void> {
    const oldest = performance.now() - keepMs
    const old = idle.filter((each, index) => index < idle.length - most || each.idleSince < oldest)
    for (const each of old) if (pick(each)) await discard(each)
  }

  /** False: somebody else has it meanwhile. */
  function pick(pause: IdlePause): boolean {
    const index = idle.indexOf(pause)
    if (index >= 0) idle.splice(index, 1)
    return index >= 0
  }

  function discard({ roomId }: Pause): Promise<void> {
    return leftRooms.takeAway(roomId)
  }

  return {
    take,
    left: order => {
      const owner = ownerOf(order)
      const others = (rooms.get(owner) ?? 0) - 1
      if (others > 0) rooms.set(owner, others)
      else rooms.delete(owner)
    },
    hold: spares.hold,
    occupy: spares.occupy,
    trim,
    close: async () => {
      isClosed = true
      await spares.close()
      await Promise.all(idle.splice(0).map(discard))
    },
  }
}

/** With more than Docker's usual rights a job could change a network, and what it changed would stay. */
function leavesNetworksAlone({ capAdd, devices, securityOpt, runtime }: ContainerLimits): boolean {
  return capAdd.length === 0 && devices.length === 0 && securityOpt.length === 0 && runtime === null
}

function ownerOf({ server, projectId, trustClass }: RoomOrder): string {
  return JSON.stringify([server, projectId, trustClass])
}

async function isRunning(container: Docker.Container): Promise<boolean> {
  try {
    return (await container.inspect()).State.Running
  } catch (error) {
    if (isGone(error)) return false
    throw error
  }
}
