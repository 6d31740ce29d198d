import { sql } from 'kysely'
import type { LeaseStore } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'

export function createLeaseStore(database: Database): LeaseStore {
  return {
    async running() {
      const rows = await database
        .selectFrom('job')
        .select(['pipeline_id', 'id', 'lease', 'status', 'runner_id', 'has_begun', 'started_at', 'timeout_seconds'])
        .where(sql<boolean>`status IN ('running', 'canceling') AND kind = 'build'`)
        .execute()
      return rows.map(row => ({
        pipelineId: row.pipeline_id,
        jobId: row.id,
        lease: row.lease,
        status: row.status,
        runnerId: row.runner_id,
        hasBegun: row.has_begun === 1,
        startedAt: row.started_at ?? '',
        timeoutSeconds: row.timeout_seconds,
      }))
    },

    async forgetClaims(before) {
      await database.deleteFrom('job_claim').where('at', '<', before).execute()
    },

    async replaceTokens({ jobId, lease }, { jobTokenHash, leaseTokenHash }) {
      const { numUpdatedRows } = await database
        .updateTable('job')
        .set({ job_token_hash: jobTokenHash, lease_token_hash: leaseTokenHash })
        .where('id', '=', jobId)
        .where('lease', '=', lease)
        .where('status', 'in', ['running', 'canceling'])
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}
