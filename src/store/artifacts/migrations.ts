import type { Kysely } from 'kysely'
import type { Migration } from '../migrate.ts'

export const artifacts: readonly Migration[] = [
  { name: 'artifacts-1', up: createArtifacts },
  { name: 'artifacts-2', up: addContentDigests },
]

async function addContentDigests({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('cache').addColumn('sha256', 'text').execute()
}

async function createArtifacts({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('artifact')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('project_id', 'integer', column => column.notNull())
    .addColumn('job_id', 'integer', column => column.notNull())
    .addColumn('type', 'text', column => column.notNull())
    .addColumn('format', 'text', column => column.notNull())
    .addColumn('filename', 'text', column => column.notNull())
    .addColumn('size_bytes', 'integer', column => column.notNull())
    .addColumn('sha256', 'text', column => column.notNull())
    .addColumn('storage_key', 'text', column => column.notNull())
    .addColumn('access', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('gone_at', 'text')
    .addUniqueConstraint('artifact_of_job', ['job_id', 'type'])
    .execute()
  await schema.createIndex('artifact_project').on('artifact').column('project_id').execute()
  await schema.createIndex('artifact_expiry').on('artifact').columns(['gone_at', 'expires_at']).execute()
  await schema
    .createTable('cache')
    .addColumn('project_id', 'integer', column => column.notNull())
    .addColumn('trust_class', 'text', column => column.notNull())
    .addColumn('key', 'text', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('size_bytes', 'integer', column => column.notNull())
    .addColumn('storage_key', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('used_at', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('cache_key', ['project_id', 'trust_class', 'key'])
    .execute()
  await schema.createIndex('cache_use').on('cache').column('used_at').execute()
}
