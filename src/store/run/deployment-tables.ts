import { type Kysely, sql } from 'kysely'

/** A deployment that another tool tells of has no job. SQLite drops no NOT NULL: the table is made anew. */
export async function allowDeploymentsWithoutJob(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema.dropIndex('deployment_environment').execute()
  await schema.alterTable('deployment').renameTo('deployment_before').execute()
  await schema
    .createTable('deployment')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('project_id', 'integer', column => column.notNull().references('project.id').onDelete('cascade'))
    .addColumn('iid', 'integer', column => column.notNull())
    .addColumn('environment_id', 'integer', column => column.notNull().references('environment.id').onDelete('cascade'))
    .addColumn('job_id', 'integer', column => column.unique())
    .addColumn('pipeline_id', 'integer', column => column.references('pipeline.id').onDelete('cascade'))
    .addColumn('ref_kind', 'text', column => column.notNull())
    .addColumn('ref_name', 'text', column => column.notNull())
    .addColumn('sha', 'text', column => column.notNull())
    .addColumn('user_id', 'integer')
    .addColumn('status', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('updated_at', 'text', column => column.notNull())
    .addColumn('finished_at', 'text')
    .addUniqueConstraint('deployment_iid', ['project_id', 'iid'])
    .execute()
  const columns = sql.raw(
    'id, project_id, iid, environment_id, job_id, pipeline_id, ref_kind, ref_name, sha, user_id, status, created_at, updated_at, finished_at',
  )
  await sql`INSERT INTO deployment (${columns}) SELECT ${columns} FROM deployment_before`.execute(database)
  await schema.dropTable('deployment_before').execute()
  await schema.createIndex('deployment_environment').on('deployment').columns(['environment_id', 'id']).execute()
}
