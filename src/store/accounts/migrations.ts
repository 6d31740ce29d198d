import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { Migration } from '../migrate.ts'

export const accounts: readonly Migration[] = [
  { name: 'accounts-1', up: createAccounts },
  { name: 'accounts-2', up: addOutdatedDeployments },
  { name: 'accounts-3', up: addCiSettings },
]

async function addCiSettings({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .alterTable('project')
    .addColumn('ci_settings', 'text', column => column.notNull().defaultTo('{}'))
    .execute()
}

async function addOutdatedDeployments({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .alterTable('project')
    .addColumn('outdated_deployments_allowed', 'integer', column => column.notNull().defaultTo(0))
    .execute()
}

async function createAccounts(database: Kysely<unknown>): Promise<void> {
  await createPeople(database)
  await createPlaces(database)
  await createMembers(database)
  await createTokens(database)
  await createProjectSettings(database)
  await createInstance(database)
}

async function createPeople({ schema }: Kysely<unknown>): Promise<void> {
  await withId(schema.createTable('user_account'))
    .addColumn('username', 'text', column => column.notNull())
    .addColumn('username_key', 'text', column => column.notNull().unique())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('email', 'text', column => column.notNull())
    .addColumn('password_hash', 'text')
    .addColumn('is_admin', 'integer', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('last_sign_in_at', 'text')
    .execute()
  await schema
    .createTable('session')
    .addColumn('token_hash', 'text', column => column.primaryKey())
    .addColumn('user_id', 'integer', column => column.notNull().references('user_account.id').onDelete('cascade'))
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text', column => column.notNull())
    .addColumn('address', 'text', column => column.notNull())
    .addColumn('user_agent', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('session_user').on('session').column('user_id').execute()
}

async function createPlaces({ schema }: Kysely<unknown>): Promise<void> {
  await withId(schema.createTable('namespace'))
    .addColumn('parent_id', 'integer', column => column.references('namespace.id'))
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('owner_id', 'integer', column => column.references('user_account.id'))
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('path', 'text', column => column.notNull())
    .addColumn('full_path', 'text', column => column.notNull())
    .addColumn('description', 'text', column => column.notNull())
    .addColumn('visibility', 'text', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('namespace_parent').on('namespace').column('parent_id').execute()
  await schema.createIndex('namespace_owner').on('namespace').column('owner_id').execute()

  await schema
    .createTable('namespace_ancestor')
    .addColumn('namespace_id', 'integer', column => column.notNull().references('namespace.id').onDelete('cascade'))
    .addColumn('ancestor_id', 'integer', column => column.notNull().references('namespace.id').onDelete('cascade'))
    .addColumn('depth', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('namespace_ancestor_key', ['namespace_id', 'ancestor_id'])
    .execute()
  await schema.createIndex('namespace_descendant').on('namespace_ancestor').columns(['ancestor_id', 'depth']).execute()

  await withId(schema.createTable('project'))
    .addColumn('namespace_id', 'integer', column => column.notNull().references('namespace.id'))
    .addColumn('creator_id', 'integer')
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('path', 'text', column => column.notNull())
    .addColumn('full_path', 'text', column => column.notNull())
    .addColumn('description', 'text', column => column.notNull())
    .addColumn('visibility', 'text', column => column.notNull())
    .addColumn('default_branch', 'text', column => column.notNull())
    .addColumn('archived', 'integer', column => column.notNull())
    .addColumn('builds_enabled', 'integer', column => column.notNull())
    .addColumn('registry_enabled', 'integer', column => column.notNull())
    .addColumn('registry_members_only', 'integer', column => column.notNull())
    .addColumn('job_token_may_push', 'integer', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('last_activity_at', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('project_namespace').on('project').column('namespace_id').execute()

  await schema
    .createTable('route')
    .addColumn('path_key', 'text', column => column.primaryKey())
    .addColumn('namespace_id', 'integer', column => column.unique().references('namespace.id').onDelete('cascade'))
    .addColumn('project_id', 'integer', column => column.unique().references('project.id').onDelete('cascade'))
    .execute()
}

async function createMembers(database: Kysely<unknown>): Promise<void> {
  await withOwner(withId(database.schema.createTable('member')))
    .addColumn('user_id', 'integer', column => column.notNull().references('user_account.id').onDelete('cascade'))
    .addColumn('level', 'integer', column => column.notNull())
    .addColumn('created_by', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text')
    .execute()
  await database.schema.createIndex('member_group').on('member').columns(['group_id', 'user_id']).unique().execute()
  await database.schema.createIndex('member_project').on('member').columns(['project_id', 'user_id']).unique().execute()
  await database.schema.createIndex('member_user').on('member').column('user_id').execute()
}

async function createTokens({ schema }: Kysely<unknown>): Promise<void> {
  await withOwner(withId(schema.createTable('access_token')))
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('user_id', 'integer', column => column.notNull().references('user_account.id').onDelete('cascade'))
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('description', 'text', column => column.notNull())
    .addColumn('scopes', 'text', column => column.notNull())
    .addColumn('token_hash', 'text', column => column.notNull().unique())
    .addColumn('revoked', 'integer', column => column.notNull())
    .addColumn('created_by', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('last_used_at', 'text')
    .execute()
  for (const column of ['user_id', 'group_id', 'project_id']) {
    await schema.createIndex(`access_token_${column}`).on('access_token').column(column).execute()
  }

  await withOwner(withId(schema.createTable('deploy_token')))
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('username', 'text', column => column.notNull())
    .addColumn('scopes', 'text', column => column.notNull())
    .addColumn('token_hash', 'text', column => column.notNull().unique())
    .addColumn('revoked', 'integer', column => column.notNull())
    .addColumn('created_by', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('expires_at', 'text')
    .execute()
  for (const column of ['group_id', 'project_id']) {
    await schema.createIndex(`deploy_token_${column}`).on('deploy_token').column(column).execute()
  }

  await schema
    .createTable('job_token_source')
    .addColumn('project_id', 'integer', column => column.notNull().references('project.id').onDelete('cascade'))
    .addColumn('source_project_id', 'integer', column => column.notNull().references('project.id').onDelete('cascade'))
    .addColumn('created_at', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('job_token_source_key', ['project_id', 'source_project_id'])
    .execute()
}

async function createProjectSettings(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await withId(schema.createTable('protected_ref'))
    .addColumn('project_id', 'integer', column => column.notNull().references('project.id').onDelete('cascade'))
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('pattern', 'text', column => column.notNull())
    .addColumn('push_level', 'integer', column => column.notNull())
    .addColumn('allow_force_push', 'integer', column => column.notNull())
    .addColumn('created_at', 'text', column => column.notNull())
    .addUniqueConstraint('protected_ref_place', ['project_id', 'kind', 'pattern'])
    .execute()

  await withOwner(withId(schema.createTable('variable')))
    .addColumn('key', 'text', column => column.notNull())
    .addColumn('value_sealed', 'blob', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('is_protected', 'integer', column => column.notNull())
    .addColumn('is_masked', 'integer', column => column.notNull())
    .addColumn('is_hidden', 'integer', column => column.notNull())
    .addColumn('is_raw', 'integer', column => column.notNull())
    .addColumn('environment_scope', 'text', column => column.notNull())
    .addColumn('description', 'text', column => column.notNull())
    .execute()
  const place = sql`coalesce(group_id, 0), coalesce(project_id, 0), key, environment_scope`
  await sql`CREATE UNIQUE INDEX variable_place ON variable (${place})`.execute(database)
  await schema.createIndex('variable_project').on('variable').column('project_id').execute()
}

async function createInstance(database: Kysely<unknown>): Promise<void> {
  const { schema } = database
  await schema
    .createTable('setting')
    .addColumn('name', 'text', column => column.primaryKey())
    .addColumn('value', 'text', column => column.notNull())
    .execute()
  await withId(schema.createTable('audit_event'))
    .addColumn('at', 'text', column => column.notNull())
    .addColumn('user_id', 'integer')
    .addColumn('username', 'text', column => column.notNull())
    .addColumn('action', 'text', column => column.notNull())
    .addColumn('project_id', 'integer')
    .addColumn('group_id', 'integer')
    .addColumn('target', 'text', column => column.notNull())
    .addColumn('detail', 'text', column => column.notNull())
    .addColumn('address', 'text', column => column.notNull())
    .execute()
  await schema.createIndex('audit_event_project').on('audit_event').columns(['project_id', 'id']).execute()
}

/** Ids are never given twice: a new project must not get what a deleted one left on disk. */
function withId<Table extends string>(table: CreateTableBuilder<Table>): CreateTableBuilder<Table, 'id'> {
  return table.addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
}

function withOwner<Table extends string, Columns extends string>(table: CreateTableBuilder<Table, Columns>) {
  return table
    .addColumn('group_id', 'integer', column => column.references('namespace.id').onDelete('cascade'))
    .addColumn('project_id', 'integer', column => column.references('project.id').onDelete('cascade'))
}
