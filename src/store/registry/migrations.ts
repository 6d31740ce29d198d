import { type Kysely, sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const registry: readonly Migration[] = [{ name: 'registry-1', up: createImages }]

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
