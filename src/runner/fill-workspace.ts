// What comes into the working copy beside git's files: caches first, then artifacts of earlier jobs, which win.
import type { Room } from '../executor/port.ts'
import { restoreCaches } from './cache.ts'
import { downloadArtifacts } from './download-artifacts.ts'
import type { JobContext, JobWorld } from './job-context.ts'

export async function fillWorkspace(
  context: JobContext,
  room: Room,
  world: JobWorld,
  signal: AbortSignal,
): Promise<void> {
  await restoreCaches(context, room, world, signal)
  await downloadArtifacts(context, room, world, signal)
}
