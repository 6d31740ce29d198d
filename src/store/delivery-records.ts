// The log of deliveries of webhooks: the same columns for those of the registry and those of projects.
import type { Generated, Selectable } from 'kysely'
import type { Delivery, DeliveryRecords } from '../kit/delivery.ts'
import type { Database } from './database.ts'

export type DeliveryTable = {
  id: Generated<number>
  webhook_id: number
  event_id: string
  body: string
  state: 'waiting' | 'delivered' | 'failed'
  attempts: number
  next_attempt_at: string | null
  last_status: number | null
  last_error: string | null
  created_at: string
  finished_at: string | null
}

export type DeliveryTables = {
  readonly deliveries: 'registry_delivery' | 'hook_delivery'
  readonly webhooks: 'registry_webhook' | 'project_hook'
}

export function newDelivery(webhookId: number, eventId: string, body: string, now: string) {
  return {
    webhook_id: webhookId,
    event_id: eventId,
    body,
    state: 'waiting' as const,
    attempts: 0,
    next_attempt_at: now,
    last_status: null,
    last_error: null,
    created_at: now,
    finished_at: null,
  }
}

export function createDeliveryRecords(database: Database, tables: DeliveryTables): DeliveryRecords {
  // Kysely types a query by the name of its table: one name stands for both, whose columns are the same.
  const table = tables.deliveries as 'registry_delivery'
  const webhooks = tables.webhooks as 'registry_webhook'
  return {
    async deliveries(webhookId, page) {
      const matching = database.selectFrom(table).where('webhook_id', '=', webhookId)
      const rows = await matching.selectAll().orderBy('id', 'desc').limit(page.limit).offset(page.offset).execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: rows.map(toDelivery), total: Number(total) }
    },

    async dueDeliveries(now, limit) {
      const rows = await database
        .selectFrom(`${table} as delivery`)
        .innerJoin(`${webhooks} as hook`, 'hook.id', 'delivery.webhook_id')
        .selectAll('delivery')
        .select(['hook.url', 'hook.secret', 'hook.project_id'])
        .where('delivery.state', '=', 'waiting')
        .where('delivery.next_attempt_at', '<=', now)
        .orderBy('delivery.next_attempt_at')
        .limit(limit)
        .execute()
      return rows.map(row => ({
        ...toDelivery(row),
        url: row.url,
        sealedSecret: row.secret,
        projectId: row.project_id,
      }))
    },

    async deliveryTried(id, outcome) {
      await database
        .updateTable(table)
        .set(({ eb }) => ({
          attempts: eb('attempts', '+', 1),
          state: outcome.state,
          next_attempt_at: outcome.nextAttemptAt,
          last_status: outcome.lastStatus,
          last_error: outcome.lastError,
          finished_at: outcome.finishedAt,
        }))
        .where('id', '=', id)
        .execute()
    },

    async repeatDelivery(webhookId, id, now) {
      const result = await database
        .updateTable(table)
        .set({ state: 'waiting', next_attempt_at: now, finished_at: null })
        .where('id', '=', id)
        .where('webhook_id', '=', webhookId)
        .where('state', '<>', 'waiting')
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async forgetDeliveries(before) {
      await database.deleteFrom(table).where('state', '<>', 'waiting').where('created_at', '<', before).execute()
    },
  }
}

function toDelivery(row: Selectable<DeliveryTable>): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    eventId: row.event_id,
    body: row.body,
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
