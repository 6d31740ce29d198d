import type { Selectable } from 'kysely'
import type { CommitStatusRecord, CommitStatusStore } from '../../run/commit-status-ports.ts'
import type { Database } from '../database.ts'
import type { CommitStatusTables } from './commit-status-tables.ts'

export function createCommitStatusStore(database: Database): CommitStatusStore {
  return {
    async list(projectId, sha) {
      const rows = await database
        .selectFrom('commit_status')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('sha', '=', sha)
        .orderBy('id')
        .execute()
      return rows.map(recordOf)
    },
    async say(status) {
      const said = {
        state: status.state,
        target_url: status.targetUrl,
        description: status.description,
        coverage: status.coverage,
        user_id: status.userId,
        started_at: status.startedAt,
        finished_at: status.finishedAt,
      }
      const { projectId, sha, ref, name, createdAt } = status
      const row = await database
        .insertInto('commit_status')
        .values({ ...said, project_id: projectId, sha, ref, name, created_at: createdAt })
        .onConflict(conflict => conflict.columns(['project_id', 'sha', 'ref', 'name']).doUpdateSet(said))
        .returningAll()
        .executeTakeFirstOrThrow()
      return recordOf(row)
    },
  }
}

function recordOf(row: Selectable<CommitStatusTables['commit_status']>): CommitStatusRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    sha: row.sha,
    ref: row.ref,
    name: row.name,
    state: row.state,
    targetUrl: row.target_url,
    description: row.description,
    coverage: row.coverage,
    userId: row.user_id,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  }
}
