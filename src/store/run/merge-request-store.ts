import type { Expression, Selectable, SqlBool } from 'kysely'
import type { MergeRequestRecord, MergeRequestStore } from '../../run/merge-request-ports.ts'
import type { Database } from '../database.ts'
import { takeNumbers } from './counter.ts'
import type { MergeRequestTables } from './merge-request-tables.ts'
import { windowOf } from './page.ts'

const notEnded = { ended_at: null, ended_by_id: null }

export function createMergeRequestStore(database: Database): MergeRequestStore {
  return {
    async byIid(projectId, iid) {
      const row = await database
        .selectFrom('merge_request')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('iid', '=', iid)
        .executeTakeFirst()
      return row === undefined ? null : recordOf(row)
    },
    async list(projectId, { state, sourceBranch, targetBranch }, page) {
      const { limit, offset } = windowOf(page)
      const matching = database.selectFrom('merge_request').where(eb => {
        const conditions: Expression<SqlBool>[] = [eb('project_id', '=', projectId)]
        if (state !== undefined) conditions.push(eb('state', '=', state))
        if (sourceBranch !== undefined) conditions.push(eb('source_branch', '=', sourceBranch))
        if (targetBranch !== undefined) conditions.push(eb('target_branch', '=', targetBranch))
        return eb.and(conditions)
      })
      const rows = await matching.selectAll().orderBy('id', 'desc').limit(limit).offset(offset).execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: rows.map(recordOf), total: Number(total) }
    },
    create: (mergeRequest, at) =>
      database.transaction().execute(async transaction => {
        const iid = await takeNumbers(transaction, `merge_request:${mergeRequest.projectId}`, 1)
        const row = await transaction
          .insertInto('merge_request')
          .values({
            iid,
            project_id: mergeRequest.projectId,
            source_branch: mergeRequest.sourceBranch,
            target_branch: mergeRequest.targetBranch,
            title: mergeRequest.title,
            description: mergeRequest.description,
            labels: JSON.stringify(mergeRequest.labels),
            is_draft: mergeRequest.isDraft ? 1 : 0,
            state: 'opened',
            sha: mergeRequest.sha,
            author_id: mergeRequest.authorId,
            created_at: at,
            updated_at: at,
            ...notEnded,
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        return recordOf(row)
      }),
    async update({ id }, { targetBranch, title, description, labels, isDraft, state, sha }, { at, userId }) {
      const row = await database
        .updateTable('merge_request')
        .set({
          updated_at: at,
          ...(targetBranch !== undefined && { target_branch: targetBranch }),
          ...(title !== undefined && { title }),
          ...(description !== undefined && { description }),
          ...(labels !== undefined && { labels: JSON.stringify(labels) }),
          ...(isDraft !== undefined && { is_draft: isDraft ? 1 : 0 }),
          ...(state !== undefined && {
            state,
            ...(state === 'opened' ? notEnded : { ended_at: at, ended_by_id: userId }),
          }),
          ...(sha !== undefined && { sha }),
        })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row === undefined ? null : recordOf(row)
    },
  }
}

function recordOf(row: Selectable<MergeRequestTables['merge_request']>): MergeRequestRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    iid: row.iid,
    sourceBranch: row.source_branch,
    targetBranch: row.target_branch,
    title: row.title,
    description: row.description,
    labels: JSON.parse(row.labels) as readonly string[],
    isDraft: row.is_draft === 1,
    state: row.state,
    sha: row.sha,
    authorId: row.author_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    endedAt: row.ended_at,
    endedById: row.ended_by_id,
  }
}
