// What stays of a job: caches, then artifacts. A cache that cannot be saved changes nothing; artifacts that are refused
// fail a job that was good.
import type { Room } from '../executor/port.ts'
import type { JobContext, JobWorld } from './job-context.ts'
import type { JobStory } from './outcome.ts'

export async function saveResults(_context: JobContext, _room: Room, _world: JobWorld): Promise<JobStory['upload']> {
  return null
}
