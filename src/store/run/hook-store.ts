import type { Selectable } from 'kysely'
import { isDelivered } from '../../kit/delivery.ts'
import type { HookChange, HookEvent, HookRecord, HookStore } from '../../run/hooks/hook-ports.ts'
import type { Database } from '../database.ts'
import { createDeliveryRecords, newDelivery } from '../delivery-records.ts'
import type { HookTables } from './hook-tables.ts'

export function createHookStore(database: Database): HookStore {
  return {
    ...createDeliveryRecords(database, { deliveries: 'hook_delivery', webhooks: 'project_hook' }),

    async list(projectId) {
      const rows = await database
        .selectFrom('project_hook')
        .selectAll()
        .where('project_id', '=', projectId)
        .orderBy('id')
        .execute()
      return rows.map(recordOf)
    },
    async byId(projectId, id) {
      const row = await database
        .selectFrom('project_hook')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('id', '=', id)
        .executeTakeFirst()
      return row === undefined ? null : recordOf(row)
    },
    async create({ projectId, createdAt, url, name, description, sealedSecret, events, branchFilter }) {
      const row = await database
        .insertInto('project_hook')
        .values({
          project_id: projectId,
          url,
          name,
          description,
          secret: sealedSecret,
          events: JSON.stringify(events),
          branch_filter: branchFilter,
          created_at: createdAt,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return recordOf(row)
    },
    async update(id, change) {
      const columns = columnsOf(change)
      if (Object.keys(columns).length > 0)
        await database.updateTable('project_hook').set(columns).where('id', '=', id).execute()
    },
    async delete(id) {
      await database.deleteFrom('project_hook').where('id', '=', id).execute()
    },
    async addDeliveries(deliveries, now) {
      if (deliveries.length === 0) return
      await database
        .insertInto('hook_delivery')
        .values(deliveries.map(({ hookId, eventId, body }) => newDelivery(hookId, eventId, body, now)))
        .onConflict(conflict => conflict.doNothing())
        .execute()
    },
    async addTried({ hookId, eventId, body, status, error }, now) {
      await database
        .insertInto('hook_delivery')
        .values({
          ...newDelivery(hookId, eventId, body, now),
          state: isDelivered({ status, error }) ? 'delivered' : 'failed',
          attempts: 1,
          next_attempt_at: null,
          last_status: status,
          last_error: error,
          finished_at: now,
        })
        .execute()
    },
  }
}

function columnsOf({ url, name, description, sealedSecret, events, branchFilter }: HookChange) {
  return {
    ...(url !== undefined && { url }),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(sealedSecret !== undefined && { secret: sealedSecret }),
    ...(events !== undefined && { events: JSON.stringify(events) }),
    ...(branchFilter !== undefined && { branch_filter: branchFilter }),
  }
}

function recordOf(row: Selectable<HookTables['project_hook']>): HookRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    url: row.url,
    name: row.name,
    description: row.description,
    sealedSecret: row.secret,
    events: JSON.parse(row.events) as readonly HookEvent[],
    branchFilter: row.branch_filter,
    createdAt: row.created_at,
  }
}
