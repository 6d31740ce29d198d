import type { JobTokenSourceStore } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'

export function createJobTokenSourceStore(database: Database): JobTokenSourceStore {
  const between = (projectId: number, sourceProjectId: number) =>
    database
      .selectFrom('job_token_source')
      .where('project_id', '=', projectId)
      .where('source_project_id', '=', sourceProjectId)
  return {
    isAllowed: async (projectId, sourceProjectId) =>
      (await between(projectId, sourceProjectId).select('project_id').executeTakeFirst()) !== undefined,
    list: async projectId => {
      const rows = await database
        .selectFrom('job_token_source')
        .where('project_id', '=', projectId)
        .orderBy('source_project_id')
        .select('source_project_id')
        .execute()
      return rows.map(row => row.source_project_id)
    },
    add: async (projectId, sourceProjectId, at) => {
      await database
        .insertInto('job_token_source')
        .values({ project_id: projectId, source_project_id: sourceProjectId, created_at: at })
        .onConflict(conflict => conflict.doNothing())
        .execute()
    },
    remove: async (projectId, sourceProjectId) => {
      const result = await database
        .deleteFrom('job_token_source')
        .where('project_id', '=', projectId)
        .where('source_project_id', '=', sourceProjectId)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}
