// What stays of a job: caches, then artifacts. A cache that cannot be saved changes nothing; artifacts that are refused
// fail a job that was good.
import type { Room } from '../executor/port.ts'
import { saveCaches } from './cache.ts'
import type { JobContext, JobWorld } from './job-context.ts'
import type { JobStory } from './outcome.ts'
import { uploadArtifacts } from './upload-artifacts.ts'

export async function saveResults(context: JobContext, room: Room, world: JobWorld): Promise<JobStory['upload']> {
  const { folder } = context
  const { rest } = context.signals
  const { artifacts, cache } = folder.payload
  if (artifacts.length === 0 && cache.length === 0) return null
  const { script, stop } = folder.state()
  const hasSucceeded = script?.exitCode === 0 && stop === null
  await folder.save({ phase: 'uploading' })
  try {
    await room.workspace.collect(rest)
    await saveCaches(context, room, world, hasSucceeded)
    return await uploadArtifacts(context, room, world, hasSucceeded)
  } catch (error) {
    if (rest.aborted) return null
    throw error
  }
}
