import type { Selectable } from 'kysely'
import type { Scope } from '../../access/model.ts'
import type { DeployTokenRecord, DeployTokenStore, Place } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'
import { columnsOf, keyOf, placeOf } from './place.ts'
import type { AccountTables } from './tables.ts'

export function createDeployTokenStore(database: Database): DeployTokenStore {
  return {
    create: async (token, hash, at) => {
      const { id } = await database
        .insertInto('deploy_token')
        .values({
          ...columnsOf(token.place),
          name: token.name,
          username: token.username ?? '',
          scopes: JSON.stringify(token.scopes),
          token_hash: hash,
          revoked: 0,
          created_by: token.createdBy,
          created_at: at,
          expires_at: token.expiresAt,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      const row = await database
        .updateTable('deploy_token')
        .set({ username: token.username ?? `gitlab+deploy-token-${id}` })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirstOrThrow()
      return toDeployToken(row)
    },
    byHash: async hash => {
      const row = await database
        .selectFrom('deploy_token')
        .where('token_hash', '=', hash)
        .selectAll()
        .executeTakeFirst()
      return row === undefined ? null : toDeployToken(row)
    },
    byId: async (place, id) => {
      const row = await selectIn(database, place).where('id', '=', id).selectAll().executeTakeFirst()
      return row === undefined ? null : toDeployToken(row)
    },
    list: async (place, page) => {
      const matching = selectIn(database, place)
      const rows = await matching.selectAll().orderBy('id', 'desc').limit(page.limit).offset(page.offset).execute()
      const { count } = await matching.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      return { items: rows.map(toDeployToken), total: Number(count) }
    },
    revoke: async id => {
      await database.updateTable('deploy_token').set({ revoked: 1 }).where('id', '=', id).execute()
    },
  }
}

/** Revoked ones are kept for the record, and never listed. */
function selectIn(database: Database, place: Place | null) {
  const alive = database.selectFrom('deploy_token').where('revoked', '=', 0)
  return place === null ? alive : alive.where(keyOf(place)[0], '=', keyOf(place)[1])
}

function toDeployToken(row: Selectable<AccountTables['deploy_token']>): DeployTokenRecord {
  return {
    id: row.id,
    place: placeOf(row),
    name: row.name,
    username: row.username,
    scopes: JSON.parse(row.scopes) as readonly Scope[],
    createdBy: row.created_by,
    isRevoked: row.revoked === 1,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}
