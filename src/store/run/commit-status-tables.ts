import type { Generated, Kysely } from 'kysely'
import type { CommitState } from '../../run/commit-status-ports.ts'

export type CommitStatusTables = {
  readonly commit_status: {
    id: Generated<number>
    project_id: number
    sha: string
    ref: string
    name: string
    state: CommitState
    target_url: string | null
    description: string | null
    coverage: number | null
    user_id: number | null
    created_at: string
    started_at: string | null
    finished_at: string | null
  }
}

export async function createCommitStatuses({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('commit_status')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('project_id', 'integer', column => column.notNull().references('project.id').onDelete('cascade'))
    .addColumn('sha', 'text', column => column.notNull())
    .addColumn('ref', 'text', column => column.notNull())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('target_url', 'text')
    .addColumn('description', 'text')
    .addColumn('coverage', 'real')
    .addColumn('user_id', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('started_at', 'text')
    .addColumn('finished_at', 'text')
    .addUniqueConstraint('commit_status_name', ['project_id', 'sha', 'ref', 'name'])
    .execute()
}
