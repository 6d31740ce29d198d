import type { ExpressionBuilder, Selectable } from 'kysely'
import type { Scope } from '../../access/model.ts'
import type { AccessTokenFilter, AccessTokenRecord, AccessTokenStore } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'
import { keyOf } from './place.ts'
import { contains } from './search.ts'
import type { AccountTables } from './tables.ts'
import { toUser } from './user-store.ts'

export function createAccessTokenStore(database: Database): AccessTokenStore {
  const byId = async (id: number) => {
    const row = await database.selectFrom('access_token').where('id', '=', id).selectAll().executeTakeFirst()
    return row === undefined ? null : toToken(row)
  }
  return {
    byId,
    create: (token, hash, at) => insertToken(database, token, hash, at),
    byHash: async hash => {
      const token = await database
        .selectFrom('access_token')
        .where('token_hash', '=', hash)
        .selectAll()
        .executeTakeFirst()
      if (token === undefined) return null
      const user = await database
        .selectFrom('user_account')
        .where('id', '=', token.user_id)
        .selectAll()
        .select(({ lit }) => lit(null).as('namespace_id'))
        .executeTakeFirstOrThrow()
      return { token: toToken(token), user: toUser(user) }
    },
    list: async (filter, page, today) => {
      const matching = database.selectFrom('access_token').where(where => matches(where, filter, today))
      const rows = await matching.selectAll().orderBy('id', 'desc').limit(page.limit).offset(page.offset).execute()
      const { count } = await matching.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      return { items: rows.map(toToken), total: Number(count) }
    },
    revoke: async id => {
      await database.updateTable('access_token').set({ revoked: 1 }).where('id', '=', id).execute()
    },
    rotate: (id, hash, expiresAt, at) =>
      database.transaction().execute(async transaction => {
        const old = await transaction
          .updateTable('access_token')
          .set({ revoked: 1 })
          .where('id', '=', id)
          .where('revoked', '=', 0)
          .returningAll()
          .executeTakeFirst()
        return old === undefined ? null : insertToken(transaction, { ...toToken(old), expiresAt }, hash, at)
      }),
    used: async (id, at) => {
      await database.updateTable('access_token').set({ last_used_at: at }).where('id', '=', id).execute()
    },
  }
}

function toToken(row: Selectable<AccountTables['access_token']>): AccessTokenRecord {
  return {
    id: row.id,
    kind: row.kind,
    userId: row.user_id,
    groupId: row.group_id,
    projectId: row.project_id,
    name: row.name,
    description: row.description,
    scopes: JSON.parse(row.scopes) as readonly Scope[],
    isRevoked: row.revoked === 1,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  }
}

async function insertToken(
  database: Database,
  token: Parameters<AccessTokenStore['create']>[0],
  hash: string,
  at: string,
): Promise<AccessTokenRecord> {
  const row = await database
    .insertInto('access_token')
    .values({
      kind: token.kind,
      user_id: token.userId,
      group_id: token.groupId,
      project_id: token.projectId,
      name: token.name,
      description: token.description,
      scopes: JSON.stringify(token.scopes),
      token_hash: hash,
      revoked: 0,
      created_by: token.createdBy,
      created_at: at,
      expires_at: token.expiresAt,
      last_used_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toToken(row)
}

function matches(where: ExpressionBuilder<AccountTables, 'access_token'>, filter: AccessTokenFilter, today: string) {
  const { userId, kind, place, search, active } = filter
  const isAlive = where.and([
    where('revoked', '=', 0),
    where.or([where('access_token.expires_at', 'is', null), where('access_token.expires_at', '>', today)]),
  ])
  return where.and([
    ...(userId === undefined ? [] : [where('access_token.user_id', '=', userId)]),
    ...(kind === undefined ? [] : [where('access_token.kind', '=', kind)]),
    ...(place === undefined ? [] : [where(`access_token.${keyOf(place)[0]}`, '=', keyOf(place)[1])]),
    ...(search === undefined ? [] : [contains('access_token.name', search)]),
    ...(active === undefined ? [] : [active ? isAlive : where.not(isAlive)]),
  ])
}
