import { type Kysely, sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const registry: readonly Migration[] = [
  { name: 'registry-1', up: createImages },
  { name: 'registry-2', up: createRules },
  { name: 'registry-3', up: createEvents },
  { name: 'registry-4', up: createCache },
]

/** Repositories, blobs, manifests, tags. */
async function createImages(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('registry_repository')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('project_id', 'integer', column => column.notNull())
    .addColumn('suffix', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addUniqueConstraint('registry_repository_place', ['project_id', 'suffix'])
    .execute()

  await schema
    .createTable('registry_blob')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('digest', 'text', column => column.notNull().unique())
    .addColumn('size_bytes', 'integer', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('stored_at', 'text', column => column.notNull())
    .execute()
  await sql`CREATE INDEX registry_blob_deleting ON registry_blob (state) WHERE state = 'deleting'`.execute(database)

  await schema
    .createTable('registry_repository_blob')
    .addColumn('repository_id', 'integer', column => column.notNull().references('registry_repository.id'))
    .addColumn('blob_id', 'integer', column => column.notNull().references('registry_blob.id'))
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('review_after', 'text')
    .addPrimaryKeyConstraint('registry_repository_blob_key', ['repository_id', 'blob_id'])
    .execute()
  await schema.createIndex('registry_repository_blob_blob').on('registry_repository_blob').column('blob_id').execute()
  await dueIndex(database, 'registry_repository_blob')

  await schema
    .createTable('registry_manifest')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('repository_id', 'integer', column => column.notNull().references('registry_repository.id'))
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('media_type', 'text', column => column.notNull())
    .addColumn('artifact_type', 'text')
    .addColumn('size_bytes', 'integer', column => column.notNull())
    .addColumn('content_bytes', 'integer', column => column.notNull())
    .addColumn('subject_digest', 'text')
    .addColumn('config_digest', 'text')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('last_pulled_at', 'text')
    .addColumn('review_after', 'text')
    .addColumn('annotations', 'text')
    .addColumn('payload', 'blob', column => column.notNull())
    .addUniqueConstraint('registry_manifest_digest', ['repository_id', 'digest'])
    .execute()
  await sql`CREATE INDEX registry_manifest_subject ON registry_manifest (repository_id, subject_digest, digest)
    WHERE subject_digest IS NOT NULL`.execute(database)
  await dueIndex(database, 'registry_manifest')

  await linkTable(
    database,
    'registry_manifest_blob',
    ['manifest_id', 'registry_manifest'],
    ['blob_id', 'registry_blob'],
  )
  await linkTable(
    database,
    'registry_manifest_child',
    ['parent_id', 'registry_manifest'],
    ['child_id', 'registry_manifest'],
  )

  await schema
    .createTable('registry_tag')
    .addColumn('repository_id', 'integer', column => column.notNull().references('registry_repository.id'))
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('manifest_id', 'integer', column => column.notNull().references('registry_manifest.id'))
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('updated_at', 'text', column => column.notNull())
    .addColumn('pushed_by', 'text', column => column.notNull())
    .addColumn('pushed_by_user_id', 'integer')
    .addColumn('job_id', 'integer')
    .addColumn('pipeline_id', 'integer')
    .addColumn('commit_sha', 'text')
    .addPrimaryKeyConstraint('registry_tag_key', ['repository_id', 'name'])
    .execute()
  await schema.createIndex('registry_tag_manifest').on('registry_tag').column('manifest_id').execute()

  await schema
    .createTable('registry_job_push')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('project_id', 'integer', column => column.notNull())
    .addColumn('suffix', 'text', column => column.notNull())
    .addColumn('tag', 'text', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('job_id', 'integer', column => column.notNull())
    .addColumn('pipeline_id', 'integer', column => column.notNull())
    .addColumn('pushed_at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('registry_job_push_pipeline').on('registry_job_push').column('pipeline_id').execute()
}

/** Quotas, protection, cleanup. */
async function createRules(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('registry_project')
    .addColumn('project_id', 'integer', column => column.primaryKey())
    .addColumn('quota_bytes', 'integer')
    .execute()
  for (const [table, pattern] of [
    ['registry_repository_rule', 'path_pattern'],
    ['registry_tag_rule', 'tag_pattern'],
  ] as const) {
    await schema
      .createTable(table)
      .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
      .addColumn('project_id', 'integer', column => column.notNull())
      .addColumn(pattern, 'text', column => column.notNull())
      .addColumn('push_level', 'text')
      .addColumn('delete_level', 'text')
      .addUniqueConstraint(`${table}_pattern`, ['project_id', pattern] as never[])
      .execute()
  }
  await schema
    .createTable('registry_cleanup_policy')
    .addColumn('project_id', 'integer', column => column.primaryKey())
    .addColumn('enabled', 'integer', column => column.notNull())
    .addColumn('cadence', 'text', column => column.notNull())
    .addColumn('name_regex', 'text')
    .addColumn('name_regex_keep', 'text')
    .addColumn('keep_n', 'integer')
    .addColumn('older_than', 'text')
    .addColumn('next_run_at', 'text')
    .addColumn('last_run', 'text')
    .execute()
}

/** Who follows which image, and who is told of pushes and deletions. */
async function createEvents(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('registry_follow')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('project_id', 'integer', column => column.notNull())
    .addColumn('user_id', 'integer', column => column.notNull())
    .addColumn('ref', 'text', column => column.notNull())
    .addColumn('source_project_id', 'integer', column => column.notNull())
    .addColumn('source_suffix', 'text', column => column.notNull())
    .addColumn('tag_pattern', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('registry_follow_source').on('registry_follow').column('source_project_id').execute()
  await schema
    .createTable('registry_follow_run')
    .addColumn('follow_id', 'integer', column => column.notNull().references('registry_follow.id').onDelete('cascade'))
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('at', 'text', column => column.notNull())
    .addColumn('pipeline_id', 'integer')
    .addColumn('error', 'text')
    .addPrimaryKeyConstraint('registry_follow_run_key', ['follow_id', 'digest'])
    .execute()

  await schema
    .createTable('registry_event')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('action', 'text', column => column.notNull())
    .addColumn('project_id', 'integer', column => column.notNull())
    .addColumn('suffix', 'text', column => column.notNull())
    .addColumn('tag', 'text')
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('media_type', 'text', column => column.notNull())
    .addColumn('size_bytes', 'integer', column => column.notNull())
    .addColumn('username', 'text', column => column.notNull())
    .addColumn('at', 'text', column => column.notNull())
    .execute()
  await schema
    .createTable('registry_webhook')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('project_id', 'integer', column => column.notNull())
    .addColumn('url', 'text', column => column.notNull())
    .addColumn('secret', 'blob')
    .addColumn('on_push', 'integer', column => column.notNull())
    .addColumn('on_delete', 'integer', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('registry_webhook_project').on('registry_webhook').column('project_id').execute()
  await schema
    .createTable('registry_delivery')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('webhook_id', 'integer', column =>
      column.notNull().references('registry_webhook.id').onDelete('cascade'),
    )
    .addColumn('event_id', 'text', column => column.notNull())
    .addColumn('body', 'text', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('attempts', 'integer', column => column.notNull())
    .addColumn('next_attempt_at', 'text')
    .addColumn('last_status', 'integer')
    .addColumn('last_error', 'text')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('finished_at', 'text')
    .addUniqueConstraint('registry_delivery_once', ['webhook_id', 'event_id'])
    .execute()
  await sql`CREATE INDEX registry_delivery_due ON registry_delivery (next_attempt_at) WHERE state = 'waiting'`.execute(
    database,
  )
}

/** What is kept of other registries. */
async function createCache(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable('registry_cached_manifest')
    .addColumn('image', 'text', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('media_type', 'text', column => column.notNull())
    .addColumn('used_at', 'text', column => column.notNull())
    .addColumn('payload', 'blob', column => column.notNull())
    .addPrimaryKeyConstraint('registry_cached_manifest_key', ['image', 'digest'])
    .execute()
  await database.schema
    .createIndex('registry_cached_manifest_used')
    .on('registry_cached_manifest')
    .column('used_at')
    .execute()
  await database.schema
    .createTable('registry_cached_tag')
    .addColumn('image', 'text', column => column.notNull())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('checked_at', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('registry_cached_tag_key', ['image', 'name'])
    .execute()
}

type Reference = readonly [column: string, table: string]

async function linkTable(database: Kysely<unknown>, table: string, from: Reference, to: Reference): Promise<void> {
  await database.schema
    .createTable(table)
    .addColumn(from[0], 'integer', column => column.notNull().references(`${from[1]}.id`))
    .addColumn(to[0], 'integer', column => column.notNull().references(`${to[1]}.id`))
    .addPrimaryKeyConstraint(`${table}_key`, [from[0], to[0]] as never[])
    .execute()
  await database.schema.createIndex(`${table}_${to[0]}`).on(table).column(to[0]).execute()
}

async function dueIndex(database: Kysely<unknown>, table: string): Promise<void> {
  await sql`CREATE INDEX ${sql.ref(`${table}_due`)} ON ${sql.table(table)} (review_after) WHERE review_after IS NOT NULL`.execute(
    database,
  )
}
