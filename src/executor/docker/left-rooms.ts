// Takes away what was made ahead and is of no use: a failed attempt, or one that has waited for too long. What cannot be
// removed now, because the engine is away, is the sweeper's, and is tried again at the end.
import type Docker from 'dockerode'
import { roomFilter } from './labels.ts'
import type { LivingRooms } from './living-rooms.ts'
import { removeLabelled } from './remove.ts'

export type LeftRooms = {
  /** Never fails. */
  readonly takeAway: (roomId: string) => Promise<void>
  readonly close: () => Promise<void>
}

export type LeftRoomsOptions = {
  readonly docker: Docker
  readonly living: LivingRooms
  readonly removeMs: number
  readonly onProblem: (message: string, error: unknown) => void
}

export function createLeftRooms({ docker, living, removeMs, onProblem }: LeftRoomsOptions): LeftRooms {
  const left = new Set<string>()

  async function takeAway(roomId: string): Promise<void> {
    living.forget(roomId)
    left.add(roomId)
    try {
      await removeLabelled(docker, roomFilter(roomId), removeMs)
      left.delete(roomId)
    } catch (error) {
      onProblem('what a spare left could not be removed', error)
    }
  }

  return {
    takeAway,
    close: async () => {
      for (const roomId of left) await takeAway(roomId)
    },
  }
}
