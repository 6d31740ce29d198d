import type { Generated, Kysely } from 'kysely'
import type { MergeRequestState } from '../../run/merge-request-ports.ts'

export type MergeRequestTables = {
  readonly merge_request: {
    id: Generated<number>
    project_id: number
    iid: number
    source_branch: string
    target_branch: string
    title: string
    description: string
    /** JSON list. */
    labels: string
    is_draft: 0 | 1
    state: MergeRequestState
    sha: string
    author_id: number | null
    created_at: string
    updated_at: string
    ended_at: string | null
    ended_by_id: number | null
  }
}

export async function createMergeRequests({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('merge_request')
    .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
    .addColumn('project_id', 'integer', column => column.notNull().references('project.id').onDelete('cascade'))
    .addColumn('iid', 'integer', column => column.notNull())
    .addColumn('source_branch', 'text', column => column.notNull())
    .addColumn('target_branch', 'text', column => column.notNull())
    .addColumn('title', 'text', column => column.notNull())
    .addColumn('description', 'text', column => column.notNull())
    .addColumn('labels', 'text', column => column.notNull())
    .addColumn('is_draft', 'integer', column => column.notNull())
    .addColumn('state', 'text', column => column.notNull())
    .addColumn('sha', 'text', column => column.notNull())
    .addColumn('author_id', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('updated_at', 'text', column => column.notNull())
    .addColumn('ended_at', 'text')
    .addUniqueConstraint('merge_request_iid', ['project_id', 'iid'])
    .execute()
  await schema
    .createIndex('merge_request_source')
    .on('merge_request')
    .columns(['project_id', 'state', 'source_branch'])
    .execute()
}

export async function addEndOfMergeRequests({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('merge_request').addColumn('ended_by_id', 'integer').execute()
}
