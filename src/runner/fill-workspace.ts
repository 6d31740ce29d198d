// What comes into the working copy beside git's files: caches first, then artifacts of earlier jobs, which win.
import type { Room } from '../executor/port.ts'
import type { JobContext, JobWorld } from './job-context.ts'

export async function fillWorkspace(
  _context: JobContext,
  _room: Room,
  _world: JobWorld,
  _signal: AbortSignal,
): Promise<void> {}
