// Which project follows which image, and what was started for which digest.
import type { Selectable } from 'kysely'
import type { Follow } from '../../registry/follow.ts'
import type { FollowRecords } from '../../registry/management/ports.ts'
import type { Digest } from '../../registry/reference.ts'
import type { Database } from '../database.ts'
import type { RegistryTables } from './tables.ts'

export function createFollowRecords(database: Database): FollowRecords {
  return {
    async follows(projectId) {
      const rows = await database
        .selectFrom('registry_follow')
        .selectAll()
        .where('project_id', '=', projectId)
        .orderBy('id')
        .execute()
      return rows.map(toFollow)
    },

    async allFollows() {
      return (await database.selectFrom('registry_follow').selectAll().orderBy('id').execute()).map(toFollow)
    },

    async followersOf(sourceProjectId, sourceSuffix) {
      const rows = await database
        .selectFrom('registry_follow')
        .selectAll()
        .where('source_project_id', '=', sourceProjectId)
        .where('source_suffix', '=', sourceSuffix)
        .orderBy('id')
        .execute()
      return rows.map(toFollow)
    },

    async addFollow(follow, now) {
      const { id } = await database
        .insertInto('registry_follow')
        .values({
          project_id: follow.projectId,
          user_id: follow.userId,
          ref: follow.ref,
          source_project_id: follow.sourceProjectId,
          source_suffix: follow.sourceSuffix,
          tag_pattern: follow.tagPattern,
          created_at: now,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      return { ...follow, id }
    },

    async removeFollow(projectId, id) {
      const result = await database
        .deleteFrom('registry_follow')
        .where('project_id', '=', projectId)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    async claimFollow(followId, digest, now) {
      await database
        .insertInto('registry_follow_run')
        .values({ follow_id: followId, digest, at: now, pipeline_id: null, error: null })
        .onConflict(conflict => conflict.doNothing())
        .execute()
      const row = await database
        .selectFrom('registry_follow_run')
        .select(['pipeline_id', 'error'])
        .where('follow_id', '=', followId)
        .where('digest', '=', digest)
        .executeTakeFirstOrThrow()
      // Neither started nor refused: claimed now, or by a process that died before it could start the pipeline.
      return row.pipeline_id === null && row.error === null
    },

    async followStarted(followId, digest, result) {
      await database
        .updateTable('registry_follow_run')
        .set({ pipeline_id: result.pipelineId, error: result.error })
        .where('follow_id', '=', followId)
        .where('digest', '=', digest)
        .execute()
    },

    async followRuns(followId) {
      const rows = await database
        .selectFrom('registry_follow_run')
        .selectAll()
        .where('follow_id', '=', followId)
        .orderBy('at', 'desc')
        .limit(100)
        .execute()
      return rows.map(row => ({
        digest: row.digest as Digest,
        at: row.at,
        pipelineId: row.pipeline_id,
        error: row.error,
      }))
    },
  }
}

function toFollow(row: Selectable<RegistryTables['registry_follow']>): Follow {
  return {
    id: row.id,
    projectId: row.project_id,
    userId: row.user_id,
    ref: row.ref,
    sourceProjectId: row.source_project_id,
    sourceSuffix: row.source_suffix,
    tagPattern: row.tag_pattern,
  }
}
