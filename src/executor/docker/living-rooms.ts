// The rooms of this process, what is made ahead among them: no sweeper may touch them.
import { randomBytes } from 'node:crypto'
import type { RoomLabels } from './labels.ts'

export type LivingRooms = {
  readonly add: (facts: Omit<RoomLabels, 'runnerId' | 'roomId'>) => RoomLabels
  /** One that an earlier process made. */
  readonly keep: (roomId: string) => void
  readonly has: (roomId: string) => boolean
  readonly forget: (roomId: string) => void
}

/** Labels of what is made ahead: it has no job yet, and those of an object cannot be changed later. */
export const spareFacts = { key: null, projectId: null, deadline: null }

export function createLivingRooms(runnerId: string): LivingRooms {
  const alive = new Set<string>()
  return {
    add: facts => {
      const roomId = randomBytes(6).toString('hex')
      alive.add(roomId)
      return { runnerId, roomId, ...facts }
    },
    keep: roomId => {
      alive.add(roomId)
    },
    has: roomId => alive.has(roomId),
    forget: roomId => alive.delete(roomId),
  }
}
