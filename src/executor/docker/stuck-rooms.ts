// Rooms that the engine would not remove: they are tried again, after a minute, two, four, at most an hour, so that one of
// them holds up neither the others nor the engine.

export type StuckRooms = {
  /** Removes a room, unless it is stuck and not yet due; a failure is kept, and told at most once. */
  readonly remove: (roomId: string, removal: () => Promise<void>) => Promise<void>
  /** Those that are there no more, whoever removed them, are stuck no more. */
  readonly retain: (roomIds: ReadonlySet<string>) => void
  readonly all: () => readonly string[]
}

export type StuckRoomsOptions = {
  readonly monotonicMs: () => number
  readonly onStuck: (roomId: string, error: unknown) => void
}

type StuckRoom = { readonly tries: number; readonly dueAtMs: number }

const firstPauseMs = 60_000
const lastPauseMs = 3_600_000

export function createStuckRooms({ monotonicMs, onStuck }: StuckRoomsOptions): StuckRooms {
  const stuck = new Map<string, StuckRoom>()

  async function remove(roomId: string, removal: () => Promise<void>): Promise<void> {
    const known = stuck.get(roomId)
    if (known !== undefined && known.dueAtMs > monotonicMs()) return
    try {
      await removal()
      stuck.delete(roomId)
    } catch (error) {
      const tries = (known?.tries ?? 0) + 1
      const pauseMs = Math.min(firstPauseMs * 2 ** (tries - 1), lastPauseMs)
      stuck.set(roomId, { tries, dueAtMs: monotonicMs() + pauseMs })
      if (known === undefined) onStuck(roomId, error)
    }
  }

  return {
    remove,
    retain: roomIds => {
      for (const roomId of stuck.keys()) if (!roomIds.has(roomId)) stuck.delete(roomId)
    },
    all: () => [...stuck.keys()],
  }
}
