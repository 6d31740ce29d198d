import type { Selectable } from 'kysely'
import type { TriggerRecord } from '../../run/records.ts'
import type { TriggerStore } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'
import { windowOf } from './page.ts'
import type { RunTables } from './tables.ts'

export function createTriggerStore(database: Database): TriggerStore {
  const byId = async (id: number): Promise<TriggerRecord | null> => {
    const row = await database.selectFrom('pipeline_trigger').selectAll().where('id', '=', id).executeTakeFirst()
    return row === undefined ? null : recordOf(row)
  }

  return {
    byId,
    async create(trigger) {
      const row = await database
        .insertInto('pipeline_trigger')
        .values({
          project_id: trigger.projectId,
          description: trigger.description,
          owner_id: trigger.ownerId,
          token_hash: trigger.tokenHash,
          short_token: trigger.shortToken,
          created_at: trigger.createdAt,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return recordOf(row)
    },
    async byToken(hash) {
      const row = await database
        .selectFrom('pipeline_trigger')
        .selectAll()
        .where('token_hash', '=', hash)
        .executeTakeFirst()
      return row === undefined ? null : recordOf(row)
    },
    async list(projectId, page) {
      const { limit, offset } = windowOf(page)
      const matching = database.selectFrom('pipeline_trigger').where('project_id', '=', projectId)
      const rows = await matching.selectAll().orderBy('id').limit(limit).offset(offset).execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: rows.map(recordOf), total: Number(total) }
    },
    async update(id, description) {
      await database.updateTable('pipeline_trigger').set({ description }).where('id', '=', id).execute()
      return await byId(id)
    },
    async delete(id) {
      await database.deleteFrom('pipeline_trigger').where('id', '=', id).execute()
    },
    async used(id, at) {
      await database.updateTable('pipeline_trigger').set({ last_used_at: at }).where('id', '=', id).execute()
    },
  }
}

function recordOf(row: Selectable<RunTables['pipeline_trigger']>): TriggerRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    description: row.description,
    ownerId: row.owner_id,
    tokenHash: row.token_hash,
    shortToken: row.short_token,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }
}
