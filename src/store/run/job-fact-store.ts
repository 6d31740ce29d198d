import type { Vault } from '../../access/vault.ts'
import type { JobFactStore } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'
import { sealVariable } from './sealed-variables.ts'

export function createJobFactStore(deps: { readonly database: Database; readonly vault: Vault }): JobFactStore {
  const { database, vault } = deps
  return {
    async setDotenv(jobId, variables) {
      const rows = variables.map((variable, position) => ({
        job_id: jobId,
        origin: 'dotenv' as const,
        position,
        sealed: sealVariable(vault, variable),
      }))
      await database.transaction().execute(async transaction => {
        await transaction
          .deleteFrom('job_variable')
          .where('job_id', '=', jobId)
          .where('origin', '=', 'dotenv')
          .execute()
        if (rows.length > 0) await transaction.insertInto('job_variable').values(rows).execute()
      })
    },
    async addPushedImage(image, at) {
      await database
        .insertInto('pushed_image')
        .values({
          job_id: image.jobId,
          pipeline_id: image.pipelineId,
          repository: image.repository,
          tag: image.tag,
          digest: image.digest,
          at,
        })
        .execute()
    },
    async erase(jobId, at) {
      await database.updateTable('job').set({ erased_at: at }).where('id', '=', jobId).execute()
    },
  }
}
