// Who pushed, for a tag's own record.
import type { Actor } from '../access/model.ts'
import type { Pusher, RunningJob } from './ports.ts'

export function pusherOf(actor: Actor, job: RunningJob | null): Pusher {
  return {
    username: usernameOf(actor),
    userId: actor.kind === 'user' || actor.kind === 'job' ? actor.userId : null,
    job:
      actor.kind === 'job' && job !== null
        ? { id: actor.jobId, pipelineId: job.pipelineId, commitSha: job.commitSha }
        : null,
  }
}

export function usernameOf(actor: Actor): string {
  return actor.kind === 'anonymous' ? '' : actor.username
}
