// What a whole project has in the registry, and its going. It was deleted: nobody can push to it or pull from it any more, so
// nothing of it needs a time of grace.
import { sql } from 'kysely'
import { noProjectId } from '../../registry/cache/cache-name.ts'
import type { ImageRecords } from '../../registry/management/ports.ts'
import type { Database } from '../database.ts'
import type { GroupCommit } from '../group-commit.ts'

const ofProject = [
  'registry_job_push',
  'registry_project',
  'registry_repository_rule',
  'registry_tag_rule',
  'registry_cleanup_policy',
  'registry_follow',
  'registry_event',
  'registry_webhook',
] as const

export function createProjectRecords(
  database: Database,
  write: GroupCommit,
): Pick<ImageRecords, 'forgetProject' | 'projectsWithImages'> {
  return {
    async projectsWithImages() {
      const rows = await database
        .selectFrom('registry_repository')
        .select('project_id')
        .distinct()
        .where('project_id', '!=', noProjectId)
        .execute()
      return rows.map(row => row.project_id)
    },

    forgetProject: projectId =>
      write(async transaction => {
        const repositories = sql`SELECT id FROM registry_repository WHERE project_id = ${projectId}`
        const manifests = sql`SELECT id FROM registry_manifest WHERE repository_id IN (${repositories})`
        const held = await sql<{ readonly blob_id: number }>`SELECT DISTINCT blob_id FROM registry_repository_blob
          WHERE repository_id IN (${repositories})`.execute(transaction)
        for (const statement of [
          sql`DELETE FROM registry_tag WHERE repository_id IN (${repositories})`,
          sql`DELETE FROM registry_manifest_blob WHERE manifest_id IN (${manifests})`,
          sql`DELETE FROM registry_manifest_child WHERE parent_id IN (${manifests}) OR child_id IN (${manifests})`,
          sql`DELETE FROM registry_manifest WHERE repository_id IN (${repositories})`,
          sql`DELETE FROM registry_repository_blob WHERE repository_id IN (${repositories})`,
          sql`DELETE FROM registry_repository WHERE project_id = ${projectId}`,
          sql`UPDATE registry_blob SET state = 'deleting'
            WHERE id IN (SELECT value FROM json_each(${JSON.stringify(held.rows.map(row => row.blob_id))}))
            AND NOT EXISTS (SELECT 1 FROM registry_repository_blob WHERE blob_id = registry_blob.id)`,
        ])
          await statement.execute(transaction)
        for (const table of ofProject) await transaction.deleteFrom(table).where('project_id', '=', projectId).execute()
        await transaction.deleteFrom('registry_follow').where('source_project_id', '=', projectId).execute()
      }),
  }
}
