import type { CreateTableBuilder, Generated, Kysely } from 'kysely'

export type ReleaseTables = {
  readonly release: {
    id: Generated<number>
    project_id: number
    tag_name: string
    name: string
    description: string
    sha: string
    /** JSON list of titles. */
    milestones: string
    author_id: number | null
    job_id: number | null
    created_at: string
    released_at: string
  }
  readonly release_link: {
    id: Generated<number>
    release_id: number
    name: string
    url: string
    filepath: string | null
    link_type: 'other' | 'runbook' | 'image' | 'package'
  }
}

export async function createReleases({ schema }: Kysely<unknown>): Promise<void> {
  await withId(schema.createTable('release'))
    .addColumn('project_id', 'integer', column => column.notNull().references('project.id').onDelete('cascade'))
    .addColumn('tag_name', 'text', column => column.notNull())
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('description', 'text', column => column.notNull())
    .addColumn('sha', 'text', column => column.notNull())
    .addColumn('milestones', 'text', column => column.notNull())
    .addColumn('author_id', 'integer')
    .addColumn('job_id', 'integer')
    .addColumn('created_at', 'text', column => column.notNull())
    .addColumn('released_at', 'text', column => column.notNull())
    .addUniqueConstraint('release_tag', ['project_id', 'tag_name'])
    .execute()
  await withId(schema.createTable('release_link'))
    .addColumn('release_id', 'integer', column => column.notNull().references('release.id').onDelete('cascade'))
    .addColumn('name', 'text', column => column.notNull())
    .addColumn('url', 'text', column => column.notNull())
    .addColumn('filepath', 'text')
    .addColumn('link_type', 'text', column => column.notNull())
    .addUniqueConstraint('release_link_name', ['release_id', 'name'])
    .execute()
}

function withId<Table extends string>(table: CreateTableBuilder<Table>): CreateTableBuilder<Table, 'id'> {
  return table.addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
}
