import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { Migration } from '../migrate.ts'
import { createCommitStatuses } from './commit-status-tables.ts'
import { allowDeploymentsWithoutJob } from './deployment-tables.ts'
import { createHooks } from './hook-tables.ts'
import { addEndOfMergeRequests, createMergeRequests } from './merge-request-tables.ts'
import { createProtectedEnvironments } from './protected-environment-tables.ts'
import { createReleases } from './release-tables.ts'

export const runs: readonly Migration[] = [
  { name: 'runs-1', up: createRuns },
  { name: 'runs-2', up: createReleases },
  { name: 'runs-3', up: createMergeRequests },
  { name: 'runs-4', up: createProtectedEnvironments },
  { name: 'runs-5', up: createHooks },
  { name: 'runs-6', up: createCommitStatuses },
  { name: 'runs-7', up: addEndOfMergeRequests },
  { name: 'runs-8', up: allowDeploymentsWithoutJob },
]

async function createRuns(database: Kysely<unknown>): Promise<void> {
  await createRunners(database)
  await createPipelines(database)
  await createJobs(database)
  await createJobFacts(database)
  await createStarters(database)
  await createEnvironments(database)
}

async function createRunners({ schema }: Kysely<unknown>): Promise<void> {
  await withId(schema.createTable('runner'))
    .addColumn('token_hash', 'text', column => column.notNull().unique())
    .addColumn('description', 'text', column => column.notNull())
    .addColumn('tags', 'text', column => column.notNull())
    .addColumn('run_untagged', 'integer', column => column.notNull())
    .addColumn('is_paused', 'integer', column => column.notNull())
    .addColumn('is_protected_only', 'integer', column => column.notNull())
    .addColumn('scope', 'text', column => column.notNull())
    .addColumn('contacted_at', 'text')
    .addColumn('version', 'text')
    .addColumn('platform', 'text')
    .addColumn('architecture', 'text')
    .addColumn('created_at', 'text', column => column.notNull())
    .execute()
  await schema
    .createTable('runner_project')
    .addColumn('runner_id', 'integer', column => column.notNull().references('runner.id').onDelete('cascade'))
    .addColumn('project_id', 'integer', column => column.notNull().references('project.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('runner_project_key', ['runner_id', 'project_id'])
    .execute()
  await schema.createIndex('runner_project_project').on('runner_project').column('project_id').execute()
  await schema
    .createTable('runner_group')
    .addColumn('runner_id', 'integer', column => column.notNull().references('runner.id').onDelete('cascade'))
    .addColumn('group_id', 'integer', column => column.notNull().references('namespace.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('runner_group_key', ['runner_id', 'group_id'])
    .execute()
  await schema.createIndex('runner_group_group').on('runner_group').column('group_id').execute()
}

async function createPipelines({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('run_counter')
    .addColumn('name', 'text', column => column.primaryKey())
    .addColumn('value', 'integer', column => column.notNull())
    .execute()
  await inProject(withId(schema.createTable('pipeline')))
    .addColumn('iid', 'integer', column => column.notNull())
    .addColumn('ref_kind', 'text', column => column.notNull())
    .addColumn('ref_name', 'text', column => column.notNull())
    .addColumn('sha', 'text', column => column.notNull())
    .addColumn('before_sha', 'text', column => column.notNull())
    .addColumn('source', 'text', column => column.notNull())
    .addColumn('status', 'text', column => column.notNull())
    .addColumn('has_warnings', 'integer', column => column.notNull())
    .addColumn('name', 'text')
    .addColumn('user_id', 'integer')
    .addColumn('is_protected', 'integer', column => column.notNull())
    .addColumn('commit_title', 'text', column => column.notNull())
    .addColumn('stages', 'text', column => column.notNull())
    .addColumn('parent_pipeline_id', 'integer', column => column.references('pipeline.id').onDelete('set null'))
    .addColumn('source_job_id', 'integer')
    .addColumn('schedule_id', 'integer')
    .addColumn('on_job_failure', 'text', column => column.notNull())
    .addColumn('on_new_commit', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('updated_at', 'text', column => column.notNull())
    .addColumn('started_at', 'text')
    .addColumn('finished_at', 'text')
    .addColumn('duration_seconds', 'integer')
    .addColumn('queued_seconds', 'integer')
    .addColumn('coverage', 'real')
    .addColumn('version', 'integer', column => column.notNull())
    .addUniqueConstraint('pipeline_iid', ['project_id', 'iid'])
    .execute()
  await schema.createIndex('pipeline_ref').on('pipeline').columns(['project_id', 'ref_name', 'id']).execute()
  await schema.createIndex('pipeline_parent').on('pipeline').column('parent_pipeline_id').execute()
  await schema.createIndex('pipeline_source_job').on('pipeline').column('source_job_id').execute()
  await inPipeline(schema.createTable('pipeline_detail'))
    .addColumn('errors', 'text', column => column.notNull())
    .addColumn('warnings', 'text', column => column.notNull())
    .addColumn('explanation', 'text', column => column.notNull())
    .addColumn('context', 'text', column => column.notNull())
    .addColumn('yaml_variables', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('pipeline_detail_key', ['pipeline_id'])
    .execute()
  await inPipeline(schema.createTable('pipeline_variable'))
    .addColumn('position', 'integer', column => column.notNull())
    .addColumn('sealed', 'blob', column => column.notNull())
    .addPrimaryKeyConstraint('pipeline_variable_key', ['pipeline_id', 'position'])
    .execute()
}

async function createJobs(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await inPipeline(withId(schema.createTable('job_definition')))
    .addColumn('rule', 'text', column => column.notNull())
    .addColumn('plan', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('job_definition_pipeline').on('job_definition').column('pipeline_id').execute()
  await inPipeline(schema.createTable('job').addColumn('id', 'integer', column => column.primaryKey()))
    .addColumn('project_id', 'integer', column => column.notNull())
    .addColumn('definition_id', 'integer', column => column.notNull())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('group_name', 'text', column => column.notNull())
    .addColumn('stage', 'text', column => column.notNull())
    .addColumn('stage_index', 'integer', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('status', 'text', column => column.notNull())
    .addColumn('allow_failure', 'integer', column => column.notNull())
    .addColumn('attempt', 'integer', column => column.notNull())
    .addColumn('is_retried', 'integer', column => column.notNull())
    .addColumn('starts_at_once', 'integer', column => column.notNull())
    .addColumn('tags', 'text', column => column.notNull())
    .addColumn('demand_class', 'text', column => column.notNull())
    .addColumn('priority', 'integer', column => column.notNull())
    .addColumn('user_id', 'integer')
    .addColumn('runner_id', 'integer')
    .addColumn('lease', 'integer', column => column.notNull())
    .addColumn('has_begun', 'integer', column => column.notNull())
    .addColumn('failure_reason', 'text')
    .addColumn('failure_detail', 'text')
    .addColumn('exit_code', 'integer')
    .addColumn('message', 'text')
    .addColumn('coverage', 'real')
    .addColumn('environment', 'text')
    .addColumn('resource_group', 'text')
    .addColumn('downstream_pipeline_id', 'integer')
    .addColumn('timeout_seconds', 'integer', column => column.notNull())
    .addColumn('job_token_hash', 'text')
    .addColumn('lease_token_hash', 'text')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('queued_at', 'text')
    .addColumn('started_at', 'text')
    .addColumn('finished_at', 'text')
    .addColumn('scheduled_at', 'text')
    .addColumn('erased_at', 'text')
    .execute()
  await schema.createIndex('job_pipeline').on('job').columns(['pipeline_id', 'id']).execute()
  await schema.createIndex('job_project').on('job').columns(['project_id', 'id']).execute()
  await createPartialJobIndexes(database)
}

/** Small indexes over the few rows that something waits for. Queries must name the same literal condition. */
async function createPartialJobIndexes(database: Kysely<unknown>): Promise<void> {
  const indexes = [
    `job_pending ON job (demand_class, project_id, priority, pipeline_id, id) WHERE status = 'pending' AND kind = 'build'`,
    `job_active ON job (project_id) WHERE status IN ('running', 'canceling')`,
    `job_scheduled ON job (scheduled_at) WHERE status = 'scheduled'`,
    `job_waiting ON job (project_id, resource_group) WHERE status = 'waiting_for_resource'`,
    `job_token ON job (job_token_hash) WHERE job_token_hash IS NOT NULL`,
    `job_lease_token ON job (lease_token_hash) WHERE lease_token_hash IS NOT NULL`,
    `job_runner ON job (runner_id, id) WHERE runner_id IS NOT NULL`,
  ]
  for (const index of indexes) await sql`CREATE INDEX ${sql.raw(index)}`.execute(database)
}

async function createJobFacts({ schema }: Kysely<unknown>): Promise<void> {
  await ofJob(schema.createTable('job_variable'))
    .addColumn('origin', 'text', column => column.notNull())
    .addColumn('position', 'integer', column => column.notNull())
    .addColumn('sealed', 'blob', column => column.notNull())
    .addPrimaryKeyConstraint('job_variable_key', ['job_id', 'origin', 'position'])
    .execute()
  await ofJob(schema.createTable('job_claim'))
    .addColumn('runner_id', 'integer', column => column.notNull())
    .addColumn('nonce', 'text', column => column.notNull())
    .addColumn('lease', 'integer', column => column.notNull())
    .addColumn('at', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('job_claim_key', ['runner_id', 'nonce'])
    .execute()
  await schema.createIndex('job_claim_job').on('job_claim').column('job_id').execute()
  await schema.createIndex('job_claim_at').on('job_claim').column('at').execute()
  await ofJob(withId(schema.createTable('pushed_image')))
    .addColumn('pipeline_id', 'integer', column => column.notNull())
    .addColumn('repository', 'text', column => column.notNull())
    .addColumn('tag', 'text')
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('pushed_image_pipeline').on('pushed_image').column('pipeline_id').execute()
  await schema.createIndex('pushed_image_job').on('pushed_image').column('job_id').execute()
  await schema
    .createTable('demand_class')
    .addColumn('key', 'text', column => column.primaryKey())
    .addColumn('tags', 'text', column => column.notNull())
    .addColumn('is_protected', 'integer', column => column.notNull())
    .addColumn('project_id', 'integer')
    .execute()
}

async function createStarters({ schema }: Kysely<unknown>): Promise<void> {
  await inProject(withId(schema.createTable('pipeline_schedule')))
    .addColumn('description', 'text', column => column.notNull())
    .addColumn('ref', 'text', column => column.notNull())
    .addColumn('cron', 'text', column => column.notNull())
    .addColumn('timezone', 'text', column => column.notNull())
    .addColumn('is_active', 'integer', column => column.notNull())
    .addColumn('owner_id', 'integer', column => column.notNull())
    .addColumn('next_run_at', 'text')
    .addColumn('last_pipeline_id', 'integer')
    .addColumn('variables_sealed', 'blob', column => column.notNull())
    .addColumn('inputs', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('updated_at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('pipeline_schedule_next').on('pipeline_schedule').column('next_run_at').execute()
  await schema.createIndex('pipeline_schedule_project').on('pipeline_schedule').column('project_id').execute()
  await inProject(withId(schema.createTable('pipeline_trigger')))
    .addColumn('description', 'text', column => column.notNull())
    .addColumn('owner_id', 'integer', column => column.notNull())
    .addColumn('token_hash', 'text', column => column.notNull().unique())
    .addColumn('short_token', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('last_used_at', 'text')
    .execute()
  await schema.createIndex('pipeline_trigger_project').on('pipeline_trigger').column('project_id').execute()
  await inProject(withId(schema.createTable('push_note')))
    .addColumn('user_id', 'integer')
    .addColumn('changes', 'text', column => column.notNull())
    .addColumn('push_options', 'text', column => column.notNull())
    .addColumn('at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('push_note_project').on('push_note').column('project_id').execute()
  await inProject(schema.createTable('served_ref'))
    .addColumn('ref_kind', 'text', column => column.notNull())
    .addColumn('ref_name', 'text', column => column.notNull())
    .addColumn('sha', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('served_ref_key', ['project_id', 'ref_kind', 'ref_name'])
    .execute()
}

async function createEnvironments({ schema }: Kysely<unknown>): Promise<void> {
  await inProject(withId(schema.createTable('environment')))
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('slug', 'text', column => column.notNull())
    .addColumn('external_url', 'text')
    .addColumn('tier', 'text', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('auto_stop_at', 'text')
    .addColumn('stop_job_id', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('updated_at', 'text', column => column.notNull())
    .addUniqueConstraint('environment_name', ['project_id', 'name'])
    .execute()
  await inProject(withId(schema.createTable('deployment')))
    .addColumn('iid', 'integer', column => column.notNull())
    .addColumn('environment_id', 'integer', column => column.notNull().references('environment.id').onDelete('cascade'))
    .addColumn('job_id', 'integer', column => column.notNull().unique())
    .addColumn('pipeline_id', 'integer', column => column.notNull().references('pipeline.id').onDelete('cascade'))
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
  await schema.createIndex('deployment_environment').on('deployment').columns(['environment_id', 'id']).execute()
  await inProject(withId(schema.createTable('resource_group')))
    .addColumn('key', 'text', column => column.notNull())
    .addColumn('mode', 'text', column => column.notNull())
    .addColumn('holder_job_id', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addUniqueConstraint('resource_group_key', ['project_id', 'key'])
    .execute()
}

function withId<Table extends string>(table: CreateTableBuilder<Table>): CreateTableBuilder<Table, 'id'> {
  return table.addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
}

function inProject<Table extends string, Columns extends string>(table: CreateTableBuilder<Table, Columns>) {
  return table.addColumn('project_id', 'integer', column =>
    column.notNull().references('project.id').onDelete('cascade'),
  )
}

function inPipeline<Table extends string, Columns extends string>(table: CreateTableBuilder<Table, Columns>) {
  return table.addColumn('pipeline_id', 'integer', column =>
    column.notNull().references('pipeline.id').onDelete('cascade'),
  )
}

function ofJob<Table extends string, Columns extends string>(table: CreateTableBuilder<Table, Columns>) {
  return table.addColumn('job_id', 'integer', column => column.notNull().references('job.id').onDelete('cascade'))
}
