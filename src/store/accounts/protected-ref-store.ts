import type { Selectable } from 'kysely'
import type { ProtectedRef } from '../../access/model.ts'
import type { ProtectedRefRecord, ProtectedRefStore } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'
import type { AccountTables } from './tables.ts'
import { refuseTaken } from './taken.ts'

export function createProtectedRefStore(database: Database): ProtectedRefStore {
  return {
    list: async (projectId, kind) => {
      const rows = await database
        .selectFrom('protected_ref')
        .where('project_id', '=', projectId)
        .where('kind', '=', kind)
        .orderBy('id')
        .selectAll()
        .execute()
      return rows.map(toRule)
    },
    create: (projectId, rule, at) =>
      refuseTaken('name', async () => {
        const row = await database
          .insertInto('protected_ref')
          .values({
            project_id: projectId,
            kind: rule.kind,
            pattern: rule.pattern,
            push_level: rule.pushLevel,
            allow_force_push: rule.allowForcePush ? 1 : 0,
            created_at: at,
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        return toRule(row)
      }),
    update: async (projectId, id, change) => {
      const row = await database
        .updateTable('protected_ref')
        .set({
          id,
          ...(change.pushLevel === undefined ? {} : { push_level: change.pushLevel }),
          ...(change.allowForcePush === undefined ? {} : { allow_force_push: change.allowForcePush ? 1 : 0 }),
        })
        .where('project_id', '=', projectId)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row === undefined ? null : toRule(row)
    },
    delete: async (projectId, kind, pattern) => {
      const result = await database
        .deleteFrom('protected_ref')
        .where('project_id', '=', projectId)
        .where('kind', '=', kind)
        .where('pattern', '=', pattern)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

function toRule(row: Selectable<AccountTables['protected_ref']>): ProtectedRefRecord {
  return {
    id: row.id,
    kind: row.kind,
    pattern: row.pattern,
    pushLevel: row.push_level as ProtectedRef['pushLevel'],
    allowForcePush: row.allow_force_push === 1,
  }
}
