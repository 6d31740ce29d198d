import type { Generated, Kysely } from 'kysely'

export type ProtectedEnvironmentTables = {
  /** `deployers` is a JSON list. */
  readonly protected_environment: { id: Generated<number>; project_id: number; name: string; deployers: string }
}

export async function createProtectedEnvironments({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('protected_environment')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('project_id', 'integer', column => column.notNull().references('project.id').onDelete('cascade'))
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('deployers', 'text', column => column.notNull())
    .addUniqueConstraint('protected_environment_name', ['project_id', 'name'])
    .execute()
}
