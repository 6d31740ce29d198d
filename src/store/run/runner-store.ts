import type { Expression, ExpressionBuilder, Selectable, SqlBool, Transaction } from 'kysely'
import type { RunnerRecord } from '../../run/records.ts'
import type { NewRunner, RunnerFilter, RunnerStore } from '../../run/store-ports.ts'
import { contains } from '../accounts/search.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import { windowOf } from './page.ts'
import type { RunTables } from './tables.ts'

type RunnerRow = Selectable<RunTables['runner']>

export function createRunnerStore(database: Database): RunnerStore {
  const complete = (rows: readonly RunnerRow[]): Promise<readonly RunnerRecord[]> => withProjects(database, rows)
  const byId = async (id: number): Promise<RunnerRecord | null> => {
    const rows = await database.selectFrom('runner').selectAll().where('id', '=', id).execute()
    return (await complete(rows))[0] ?? null
  }

  return {
    byId,
    async create(runner, tokenHash, createdAt) {
      const id = await database.transaction().execute(async transaction => {
        const row = await transaction
          .insertInto('runner')
          .values({ ...columnsOf(runner), token_hash: tokenHash, created_at: createdAt })
          .returning('id')
          .executeTakeFirstOrThrow()
        await setPlaces(transaction, row.id, runner)
        return row.id
      })
      const created = await byId(id)
      if (created === null) throw new Error(`runner ${id} is gone right after it was made`)
      return created
    },
    async byToken(hash) {
      const rows = await database.selectFrom('runner').selectAll().where('token_hash', '=', hash).execute()
      return (await complete(rows))[0] ?? null
    },
    async hasOwn(projectId) {
      const row = await database
        .selectFrom('runner')
        .select('id')
        .where('scope', '!=', 'instance')
        .where(eb => worksFor(eb, projectId))
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    async list(filter, page) {
      const { limit, offset } = windowOf(page)
      const matching = database.selectFrom('runner').where(eb => matches(eb, filter))
      const rows = await matching.selectAll().orderBy('id', 'desc').limit(limit).offset(offset).execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: await complete(rows), total: Number(total) }
    },
    async update(id, change) {
      const before = await byId(id)
      if (before === null) return null
      const after: NewRunner = { ...before, ...change }
      await database.transaction().execute(async transaction => {
        await transaction.updateTable('runner').set(columnsOf(after)).where('id', '=', id).execute()
        await transaction.deleteFrom('runner_project').where('runner_id', '=', id).execute()
        await transaction.deleteFrom('runner_group').where('runner_id', '=', id).execute()
        await setPlaces(transaction, id, after.scope === 'project' ? after : { ...after, projectIds: [] })
      })
      return await byId(id)
    },
    async replaceToken(id, tokenHash) {
      await database.updateTable('runner').set({ token_hash: tokenHash }).where('id', '=', id).execute()
    },
    async delete(id) {
      await database.deleteFrom('runner').where('id', '=', id).execute()
    },
    async contacted(id, { at, ...facts }) {
      await database
        .updateTable('runner')
        .set({ contacted_at: at, ...facts })
        .where('id', '=', id)
        .execute()
    },
  }
}

function columnsOf(runner: NewRunner) {
  return {
    description: runner.description,
    tags: JSON.stringify([...new Set(runner.tags)]),
    run_untagged: runner.runUntagged ? (1 as const) : (0 as const),
    is_paused: runner.isPaused ? (1 as const) : (0 as const),
    is_protected_only: runner.isProtectedOnly ? (1 as const) : (0 as const),
    scope: runner.scope,
  }
}

async function setPlaces(transaction: Transaction<Tables>, id: number, runner: NewRunner): Promise<void> {
  const projects = runner.projectIds.map(projectId => ({ runner_id: id, project_id: projectId }))
  const groups = runner.groupIds.map(groupId => ({ runner_id: id, group_id: groupId }))
  if (projects.length > 0) await transaction.insertInto('runner_project').values(projects).execute()
  if (groups.length > 0) await transaction.insertInto('runner_group').values(groups).execute()
}

/** A group runner works for all projects of its groups and of the groups below them. */
async function withProjects(database: Database, rows: readonly RunnerRow[]): Promise<readonly RunnerRecord[]> {
  if (rows.length === 0) return []
  const ids = rows.map(row => row.id)
  const named = await database.selectFrom('runner_project').selectAll().where('runner_id', 'in', ids).execute()
  const groups = await database.selectFrom('runner_group').selectAll().where('runner_id', 'in', ids).execute()
  const below = await database
    .selectFrom('runner_group')
    .innerJoin('namespace_ancestor', 'namespace_ancestor.ancestor_id', 'runner_group.group_id')
    .innerJoin('project', 'project.namespace_id', 'namespace_ancestor.namespace_id')
    .select(['runner_group.runner_id', 'project.id as project_id'])
    .where('runner_group.runner_id', 'in', ids)
    .execute()
  const projectsOf = (id: number): readonly number[] => [
    ...new Set([...named, ...below].filter(each => each.runner_id === id).map(each => each.project_id)),
  ]
  const groupsOf = (id: number): readonly number[] =>
    groups.filter(each => each.runner_id === id).map(each => each.group_id)
  return rows.map(row => recordOf(row, projectsOf(row.id), groupsOf(row.id)))
}

function recordOf(row: RunnerRow, projectIds: readonly number[], groupIds: readonly number[]): RunnerRecord {
  return {
    id: row.id,
    description: row.description,
    tags: JSON.parse(row.tags) as readonly string[],
    runUntagged: row.run_untagged === 1,
    isPaused: row.is_paused === 1,
    isProtectedOnly: row.is_protected_only === 1,
    scope: row.scope,
    projectIds,
    groupIds,
    contactedAt: row.contacted_at,
    version: row.version,
    platform: row.platform,
    architecture: row.architecture,
    createdAt: row.created_at,
  }
}

function matches(eb: ExpressionBuilder<Tables, 'runner'>, filter: RunnerFilter): Expression<SqlBool> {
  const conditions: Expression<SqlBool>[] = []
  if (filter.scope !== undefined) conditions.push(eb('scope', '=', filter.scope))
  if (filter.isPaused !== undefined) conditions.push(eb('is_paused', '=', filter.isPaused ? 1 : 0))
  for (const tag of filter.tags ?? []) conditions.push(contains('tags', JSON.stringify(tag)))
  if (filter.projectId !== undefined) conditions.push(worksFor(eb, filter.projectId))
  if (filter.groupId !== undefined) {
    const own = eb.selectFrom('runner_group').select('runner_id').where('group_id', '=', filter.groupId)
    conditions.push(eb('id', 'in', own))
  }
  return eb.and(conditions)
}

function worksFor(eb: ExpressionBuilder<Tables, 'runner'>, projectId: number): Expression<SqlBool> {
  const named = eb.selectFrom('runner_project').select('runner_id').where('project_id', '=', projectId)
  const byGroup = eb
    .selectFrom('runner_group')
    .innerJoin('namespace_ancestor', 'namespace_ancestor.ancestor_id', 'runner_group.group_id')
    .innerJoin('project', 'project.namespace_id', 'namespace_ancestor.namespace_id')
    .select('runner_group.runner_id')
    .where('project.id', '=', projectId)
  return eb.or([eb('scope', '=', 'instance'), eb('id', 'in', named), eb('id', 'in', byGroup)])
}
