import type { Kysely } from 'kysely'
import type { Ref } from '../../run/records.ts'
import type { PushNote, ServedRefs } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

export function createServedRefs(database: Database): ServedRefs {
  return {
    async announce(push, at) {
      const note = {
        project_id: push.projectId,
        user_id: push.userId,
        changes: JSON.stringify(push.changes),
        push_options: JSON.stringify(push.pushOptions),
        at,
      }
      await database.transaction().execute(async transaction => {
        await transaction.deleteFrom('push_note').where('project_id', '=', push.projectId).execute()
        await transaction.insertInto('push_note').values(note).execute()
      })
    },
    async announced(projectId) {
      const row = await database
        .selectFrom('push_note')
        .selectAll()
        .where('project_id', '=', projectId)
        .orderBy('id', 'desc')
        .executeTakeFirst()
      if (row === undefined) return null
      return {
        projectId: row.project_id,
        userId: row.user_id,
        changes: JSON.parse(row.changes) as PushNote['changes'],
        pushOptions: JSON.parse(row.push_options) as PushNote['pushOptions'],
      }
    },
    async of(projectId) {
      const rows = await database.selectFrom('served_ref').selectAll().where('project_id', '=', projectId).execute()
      return rows.map(row => ({ ref: { kind: row.ref_kind, name: row.ref_name }, sha: row.sha }))
    },
    async mark(projectId, ref, sha) {
      if (sha !== null) return await markServed(database, projectId, ref, sha)
      await database
        .deleteFrom('served_ref')
        .where('project_id', '=', projectId)
        .where('ref_kind', '=', ref.kind)
        .where('ref_name', '=', ref.name)
        .execute()
    },
  }
}

export async function markServed(database: Kysely<Tables>, projectId: number, ref: Ref, sha: string): Promise<void> {
  await database
    .insertInto('served_ref')
    .values({ project_id: projectId, ref_kind: ref.kind, ref_name: ref.name, sha })
    .onConflict(conflict => conflict.columns(['project_id', 'ref_kind', 'ref_name']).doUpdateSet({ sha }))
    .execute()
}
