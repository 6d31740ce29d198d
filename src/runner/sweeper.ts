// Removes the rooms of jobs that do not live any more: what a killed process left, or a clean-up that failed.
import type { Executor, RoomKey } from '../executor/port.ts'

/** `kept` is asked after the engine was: a room that is made in between is not taken for a dead one. */
export async function sweepRooms(
  executor: Executor,
  kept: () => Promise<readonly RoomKey[]>,
  signal: AbortSignal,
): Promise<void> {
  const found = await executor.findRooms(signal)
  const alive = new Set((await kept()).map(nameOf))
  for (const key of found) if (!alive.has(nameOf(key))) await executor.removeRoom(key)
}

function nameOf({ jobId, lease }: RoomKey): string {
  return `${jobId}-${lease}`
}
