// The tokens of running jobs, as the doors ask for them.
import type { JobTokens } from '../../access/ports.ts'
import type { RunReader } from '../../run/store-ports.ts'

export function createJobTokens(reader: Pick<RunReader, 'jobByToken'>): JobTokens {
  return {
    async find(hash) {
      const holder = await reader.jobByToken(hash)
      if (holder === null || holder.kind !== 'job' || holder.job.userId === null) return null
      return { jobId: holder.job.id, projectId: holder.job.projectId, userId: holder.job.userId, running: true }
    },
  }
}
