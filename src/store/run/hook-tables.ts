import { type Generated, type Kysely, sql } from 'kysely'
import type { DeliveryTable } from '../delivery-records.ts'

export type HookTables = {
  readonly project_hook: {
    id: Generated<number>
    project_id: number
    url: string
    name: string
    description: string
    /** Sealed. */
    secret: Uint8Array | null
    /** JSON list. */
    events: string
    branch_filter: string
    created_at: string
  }
  readonly hook_delivery: DeliveryTable
}

export async function createHooks(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('project_hook')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('project_id', 'integer', column => column.notNull().references('project.id').onDelete('cascade'))
    .addColumn('url', 'text', column => column.notNull())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('description', 'text', column => column.notNull())
    .addColumn('secret', 'blob')
    .addColumn('events', 'text', column => column.notNull())
    .addColumn('branch_filter', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('project_hook_project').on('project_hook').column('project_id').execute()
  await schema
    .createTable('hook_delivery')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('webhook_id', 'integer', column => column.notNull().references('project_hook.id').onDelete('cascade'))
    .addColumn('event_id', 'text', column => column.notNull())
    .addColumn('body', 'text', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('attempts', 'integer', column => column.notNull())
    .addColumn('next_attempt_at', 'text')
    .addColumn('last_status', 'integer')
    .addColumn('last_error', 'text')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('finished_at', 'text')
    .addUniqueConstraint('hook_delivery_once', ['webhook_id', 'event_id'])
    .execute()
  await sql`CREATE INDEX hook_delivery_due ON hook_delivery (next_attempt_at) WHERE state = 'waiting'`.execute(database)
}
