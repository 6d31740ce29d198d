import type { Selectable } from 'kysely'
import type {
  Deployer,
  ProtectedEnvironmentRecord,
  ProtectedEnvironmentStore,
} from '../../run/protected-environment-ports.ts'
import type { Database } from '../database.ts'
import { windowOf } from './page.ts'
import type { ProtectedEnvironmentTables } from './protected-environment-tables.ts'

export function createProtectedEnvironmentStore(database: Database): ProtectedEnvironmentStore {
  return {
    async byName(projectId, name) {
      const row = await database
        .selectFrom('protected_environment')
        .selectAll()
        .where('project_id', '=', projectId)
        .where('name', '=', name)
        .executeTakeFirst()
      return row === undefined ? null : recordOf(row)
    },
    async list(projectId, page) {
      const { limit, offset } = windowOf(page)
      const matching = database.selectFrom('protected_environment').where('project_id', '=', projectId)
      const rows = await matching.selectAll().orderBy('name').limit(limit).offset(offset).execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: rows.map(recordOf), total: Number(total) }
    },
    async create({ projectId, name, deployers }) {
      const row = await database
        .insertInto('protected_environment')
        .values({ project_id: projectId, name, deployers: JSON.stringify(deployers) })
        .onConflict(conflict => conflict.columns(['project_id', 'name']).doNothing())
        .returningAll()
        .executeTakeFirst()
      return row === undefined ? null : recordOf(row)
    },
    async setDeployers(id, deployers) {
      await database
        .updateTable('protected_environment')
        .set({ deployers: JSON.stringify(deployers) })
        .where('id', '=', id)
        .execute()
    },
    async delete(id) {
      await database.deleteFrom('protected_environment').where('id', '=', id).execute()
    },
  }
}

function recordOf(row: Selectable<ProtectedEnvironmentTables['protected_environment']>): ProtectedEnvironmentRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    deployers: JSON.parse(row.deployers) as readonly Deployer[],
  }
}
