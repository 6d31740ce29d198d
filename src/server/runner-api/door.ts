// Who a runner's token belongs to. Tokens are known by their hash only.
import { hashToken } from '../../kit/token.ts'
import type { RunnerStore, RunReader } from '../../run/store-ports.ts'
import type { LeaseIdentity, RunnerDoor } from '../ports.ts'

export function createRunnerDoor(deps: {
  readonly runners: Pick<RunnerStore, 'byToken'>
  readonly reads: Pick<RunReader, 'jobByToken'>
}): RunnerDoor {
  async function lease(jobId: number, token: string): Promise<LeaseIdentity | 'ended' | null> {
    const holder = await deps.reads.jobByToken(hashToken(token))
    if (holder !== null) {
      const { job } = holder
      return job.id === jobId ? { jobId, lease: job.lease, projectId: job.projectId } : null
    }
    // A lease token is of no other use: one that is not alive has ended. gitlab-runner takes 403 for that.
    return token.startsWith('slpl-') ? 'ended' : null
  }

  return {
    runner: async token => {
      if (!token.startsWith('glrt-')) return null
      const runner = await deps.runners.byToken(hashToken(token))
      return runner === null ? null : { runnerId: runner.id }
    },
    lease,
  }
}
