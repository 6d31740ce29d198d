// Events on their way out: the outbox, webhooks, and the log of their deliveries.
import type { Selectable } from 'kysely'
import type { EventRecords, Webhook } from '../../registry/management/ports.ts'
import type { Digest } from '../../registry/reference.ts'
import type { Database } from '../database.ts'
import { createDeliveryRecords, newDelivery } from '../delivery-records.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { RegistryTables } from './tables.ts'

export function createEventRecords(database: Database, write: GroupCommit): EventRecords {
  return {
    ...createDeliveryRecords(database, { deliveries: 'registry_delivery', webhooks: 'registry_webhook' }),

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
            .values(newDelivery(webhookId, eventId, body, now))
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
