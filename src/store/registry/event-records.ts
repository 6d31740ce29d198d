// Events on their way out: the outbox, webhooks, and the log of their deliveries.
import type { Selectable } from 'kysely'
import type { Delivery, EventRecords, Webhook } from '../../registry/management/ports.ts'
import type { Digest } from '../../registry/reference.ts'
import type { Database } from '../database.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { RegistryTables } from './tables.ts'

export function createEventRecords(database: Database, write: GroupCommit): EventRecords {
  return {
    async pendingEvents(limit) {
      const rows = await database.selectFrom('registry_event').selectAll().orderBy('id').limit(limit).execute()
      return rows.map(({ project_id, media_type, size_bytes, digest, ...row }) => ({
        ...row,
        projectId: project_id,
        mediaType: media_type,
        sizeBytes: size_bytes,
        digest: digest as Digest,
      }))
    },

    settleEvent: (id, deliveries, now) =>
      write(async transaction => {
        for (const { webhookId, eventId, body } of deliveries) {
          await transaction
            .insertInto('registry_delivery')
            .values({
              webhook_id: webhookId,
              event_id: eventId,
              body,
              state: 'waiting',
              attempts: 0,
              next_attempt_at: now,
              last_status: null,
              last_error: null,
              created_at: now,
              finished_at: null,
            })
            .onConflict(conflict => conflict.doNothing())
            .execute()
        }
        await transaction.deleteFrom('registry_event').where('id', '=', id).execute()
      }),

    async webhooks(projectId) {
      const rows = await database
        .selectFrom('registry_webhook')
        .selectAll()
        .where('project_id', '=', projectId)
        .orderBy('id')
        .execute()
      return rows.map(toWebhook)
    },

    async addWebhook(webhook) {
      const row = await database
        .insertInto('registry_webhook')
        .values({
          project_id: webhook.projectId,
          url: webhook.url,
          secret: webhook.sealedSecret,
          on_push: webhook.onPush ? 1 : 0,
          on_delete: webhook.onDelete ? 1 : 0,
          created_at: webhook.createdAt,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toWebhook(row)
    },

    async removeWebhook(projectId, id) {
      const result = await database
        .deleteFrom('registry_webhook')
        .where('project_id', '=', projectId)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    async deliveries(webhookId, page) {
      const rows = await database
        .selectFrom('registry_delivery')
        .selectAll()
        .where('webhook_id', '=', webhookId)
        .orderBy('id', 'desc')
        .limit(page.limit)
        .offset(page.offset)
        .execute()
      const { total } = await database
        .selectFrom('registry_delivery')
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .where('webhook_id', '=', webhookId)
        .executeTakeFirstOrThrow()
      return { items: rows.map(toDelivery), total: Number(total) }
    },

    async dueDeliveries(now, limit) {
      const rows = await database
        .selectFrom('registry_delivery as delivery')
        .innerJoin('registry_webhook as hook', 'hook.id', 'delivery.webhook_id')
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
        .updateTable('registry_delivery')
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
        .updateTable('registry_delivery')
        .set({ state: 'waiting', next_attempt_at: now, finished_at: null })
        .where('id', '=', id)
        .where('webhook_id', '=', webhookId)
        .where('state', '<>', 'waiting')
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async forgetDeliveries(before) {
      await database
        .deleteFrom('registry_delivery')
        .where('state', '<>', 'waiting')
        .where('created_at', '<', before)
        .execute()
    },
  }
}

function toWebhook(row: Selectable<RegistryTables['registry_webhook']>): Webhook {
  return {
    id: row.id,
    projectId: row.project_id,
    url: row.url,
    hasSecret: row.secret !== null,
    onPush: row.on_push === 1,
    onDelete: row.on_delete === 1,
    createdAt: row.created_at,
  }
}

function toDelivery(row: Selectable<RegistryTables['registry_delivery']>): Delivery {
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
