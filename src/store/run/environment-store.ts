import type { Expression, ExpressionBuilder, Selectable, SqlBool } from 'kysely'
import type { EnvironmentRecord } from '../../run/records.ts'
import type { EnvironmentStore } from '../../run/store-ports.ts'
import { contains } from '../accounts/search.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import { createDeploymentStore } from './deployment-store.ts'
import { windowOf } from './page.ts'
import type { RunTables } from './tables.ts'

type EnvironmentFilter = Parameters<EnvironmentStore['list']>[1]

export function createEnvironmentStore(database: Database): EnvironmentStore {
  return {
    ...createDeploymentStore(database),
    async byId(id) {
      const row = await database.selectFrom('environment').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : environmentOf(row)
    },
    async byName(projectId, name) {
      const row = await database
        .selectFrom('environment')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('name', '=', name)
        .executeTakeFirst()
      return row === undefined ? null : environmentOf(row)
    },
    async list(projectId, filter, page) {
      const { limit, offset } = windowOf(page)
      const matching = database.selectFrom('environment').where(eb => matches(eb, projectId, filter))
      const rows = await matching.selectAll().orderBy('name').limit(limit).offset(offset).execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: rows.map(environmentOf), total: Number(total) }
    },
    async upsert({ projectId, name, slug, tier, externalUrl, autoStopAt, state, stopJobId }, at) {
      const known = {
        tier,
        updated_at: at,
        ...(externalUrl !== undefined && { external_url: externalUrl }),
        ...(autoStopAt !== undefined && { auto_stop_at: autoStopAt }),
        ...(state !== undefined && { state }),
        ...(stopJobId !== undefined && { stop_job_id: stopJobId }),
      }
      const row = await database
        .insertInto('environment')
        .values({ state: 'available', ...known, project_id: projectId, name, slug, created_at: at })
        .onConflict(conflict => conflict.columns(['project_id', 'name']).doUpdateSet(known))
        .returningAll()
        .executeTakeFirstOrThrow()
      return environmentOf(row)
    },
    async delete(id) {
      await database.deleteFrom('environment').where('id', '=', id).execute()
    },
    async stopDue(time) {
      const rows = await database
        .selectFrom('environment')
        .selectAll()
        .where('state', '=', 'available')
        .where('auto_stop_at', '<=', time)
        .execute()
      return rows.map(environmentOf)
    },
  }
}

function matches(
  eb: ExpressionBuilder<Tables, 'environment'>,
  projectId: number,
  { name, search, state }: EnvironmentFilter,
): Expression<SqlBool> {
  const conditions: Expression<SqlBool>[] = [eb('project_id', '=', projectId)]
  if (name !== undefined) conditions.push(eb('name', '=', name))
  if (search !== undefined) conditions.push(contains('name', search))
  if (state !== undefined) conditions.push(eb('state', '=', state))
  return eb.and(conditions)
}

function environmentOf(row: Selectable<RunTables['environment']>): EnvironmentRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    slug: row.slug,
    externalUrl: row.external_url,
    tier: row.tier,
    state: row.state,
    autoStopAt: row.auto_stop_at,
    stopJobId: row.stop_job_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
