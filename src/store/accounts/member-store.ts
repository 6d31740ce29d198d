import { type ExpressionBuilder, sql } from 'kysely'
import type { AccessLevel } from '../../access/model.ts'
import type { MemberRecord, MemberStore, Place } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'
import { columnsOf, keyOf, placeOf } from './place.ts'
import { contains } from './search.ts'
import type { AccountTables } from './tables.ts'
import { selectUsers, toUser } from './user-store.ts'

export function createMemberStore(database: Database): MemberStore {
  return {
    levelIn: async (userId, place, today) => {
      const { level } = await database
        .selectFrom('member')
        .where('member.user_id', '=', userId)
        .where(where => where.or([where('member.expires_at', 'is', null), where('member.expires_at', '>', today)]))
        .where(where => isInOrAbove(where, place))
        .select(({ fn }) => fn.max('member.level').as('level'))
        .executeTakeFirstOrThrow()
      return ((level as number | null) ?? 0) as AccessLevel
    },
    list: async (place, options, page) => {
      const rows = await selectMembers(database, place, options)
      const best = highestOfEach(rows)
      return { items: best.slice(page.offset, page.offset + page.limit), total: best.length }
    },
    put: async (place, member, at) => {
      const [column, id] = keyOf(place)
      const values = { level: member.level, expires_at: member.expiresAt }
      await database.transaction().execute(async transaction => {
        const changed = await transaction
          .updateTable('member')
          .set(values)
          .where(column, '=', id)
          .where('user_id', '=', member.userId)
          .executeTakeFirst()
        if (changed.numUpdatedRows > 0n) return
        await transaction
          .insertInto('member')
          .values({
            ...columnsOf(place),
            ...values,
            user_id: member.userId,
            created_by: member.createdBy,
            created_at: at,
          })
          .execute()
      })
    },
    remove: async (place, userId) => {
      const [column, id] = keyOf(place)
      const result = await database
        .deleteFrom('member')
        .where(column, '=', id)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
    countOwners: async place => {
      const [column, id] = keyOf(place)
      const { count } = await database
        .selectFrom('member')
        .innerJoin('user_account', 'user_account.id', 'member.user_id')
        .where(`member.${column}`, '=', id)
        .where('member.level', '=', 50)
        .where('user_account.kind', '=', 'person')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    },
  }
}

type Where = ExpressionBuilder<AccountTables, 'member'>

function isInOrAbove(where: Where, place: Place) {
  if (place.kind === 'group') return where('member.group_id', 'in', ancestors(where, where.val(place.groupId)))
  const namespaceId = where
    .selectFrom('project')
    .select('project.namespace_id')
    .where('project.id', '=', place.projectId)
  return where.or([
    where('member.project_id', '=', place.projectId),
    where('member.group_id', 'in', ancestors(where, sql<number>`(${namespaceId})`)),
  ])
}

function ancestors(where: Where, namespaceId: ReturnType<Where['val']> | ReturnType<typeof sql<number>>) {
  return where
    .selectFrom('namespace_ancestor')
    .select('namespace_ancestor.ancestor_id')
    .where('namespace_ancestor.namespace_id', '=', namespaceId as ReturnType<typeof sql<number>>)
}

async function selectMembers(
  database: Database,
  place: Place,
  options: Parameters<MemberStore['list']>[1],
): Promise<readonly MemberRecord[]> {
  const [column, id] = keyOf(place)
  let query = selectUsers(database)
    .innerJoin('member', 'member.user_id', 'user_account.id')
    .select([
      'member.level',
      'member.created_by',
      'member.created_at as member_since',
      'member.expires_at',
      'member.group_id',
      'member.project_id',
    ])
    .orderBy('user_account.id')
  query = options.inherited
    ? query.where(where => isInOrAbove(where as never, place))
    : query.where(`member.${column}`, '=', id)
  const { search, userId } = options
  if (userId !== undefined) query = query.where('user_account.id', '=', userId)
  if (search !== undefined) {
    query = query.where(where =>
      where.or([contains('user_account.username', search), contains('user_account.name', search)]),
    )
  }
  const rows = await query.execute()
  return rows.map(row => ({
    user: toUser(row),
    level: row.level as AccessLevel,
    createdAt: row.member_since,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    place: placeOf(row),
  }))
}

function highestOfEach(members: readonly MemberRecord[]): readonly MemberRecord[] {
  const best = new Map<number, MemberRecord>()
  for (const member of members) {
    const known = best.get(member.user.id)
    if (known === undefined || member.level > known.level) best.set(member.user.id, member)
  }
  return [...best.values()]
}
