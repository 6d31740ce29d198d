import type { ExpressionBuilder, Selectable } from 'kysely'
import type { VariablePlace, VariableRecord, VariableStore } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'
import { columnsOf } from './place.ts'
import type { AccountTables } from './tables.ts'
import { refuseTaken } from './taken.ts'

export function createVariableStore(database: Database): VariableStore {
  return {
    list: async place => {
      const rows = await database
        .selectFrom('variable')
        .where(where => isIn(where, place))
        .orderBy('id')
        .selectAll()
        .execute()
      return rows.map(toVariable)
    },
    create: (place, variable) =>
      refuseTaken('key', async () => {
        await database
          .insertInto('variable')
          .values({ ...ownerOf(place), ...valuesOf(variable) })
          .execute()
      }),
    update: (place, key, environmentScope, variable) =>
      refuseTaken('key', async () => {
        const result = await database
          .updateTable('variable')
          .set(valuesOf(variable))
          .where(where => isIn(where, place))
          .where('key', '=', key)
          .where('environment_scope', '=', environmentScope)
          .executeTakeFirst()
        return result.numUpdatedRows > 0n
      }),
    delete: async (place, key, environmentScope) => {
      const result = await database
        .deleteFrom('variable')
        .where(where => isIn(where, place))
        .where('key', '=', key)
        .where('environment_scope', '=', environmentScope)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

function isIn(where: ExpressionBuilder<AccountTables, 'variable'>, place: VariablePlace) {
  const { group_id, project_id } = ownerOf(place)
  return where.and([
    group_id === null ? where('variable.group_id', 'is', null) : where('variable.group_id', '=', group_id),
    project_id === null ? where('variable.project_id', 'is', null) : where('variable.project_id', '=', project_id),
  ])
}

function ownerOf(place: VariablePlace) {
  return place.kind === 'instance' ? { group_id: null, project_id: null } : columnsOf(place)
}

function valuesOf(variable: VariableRecord) {
  const bit = (value: boolean) => (value ? (1 as const) : (0 as const))
  return {
    key: variable.key,
    value_sealed: variable.valueSealed,
    kind: variable.kind,
    is_protected: bit(variable.isProtected),
    is_masked: bit(variable.isMasked),
    is_hidden: bit(variable.isHidden),
    is_raw: bit(variable.isRaw),
    environment_scope: variable.environmentScope,
    description: variable.description,
  }
}

function toVariable(row: Selectable<AccountTables['variable']>): VariableRecord {
  return {
    key: row.key,
    valueSealed: row.value_sealed,
    kind: row.kind,
    isProtected: row.is_protected === 1,
    isMasked: row.is_masked === 1,
    isHidden: row.is_hidden === 1,
    isRaw: row.is_raw === 1,
    environmentScope: row.environment_scope,
    description: row.description,
  }
}
