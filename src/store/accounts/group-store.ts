import type { ExpressionBuilder, Selectable } from 'kysely'
import type { Group } from '../../access/model.ts'
import type { GroupFilter, GroupStore } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'
import { insertNamespace, renameNamespace } from './namespace.ts'
import { contains } from './search.ts'
import type { AccountTables } from './tables.ts'
import { refuseTaken } from './taken.ts'
import { hasLevel, isVisible } from './visible.ts'

export function createGroupStore(database: Database, deps: { readonly today: () => string }): GroupStore {
  const byId = async (id: number) => {
    const row = await database.selectFrom('namespace').where('id', '=', id).selectAll().executeTakeFirst()
    return row === undefined ? null : toGroup(row)
  }
  return {
    byId,
    byPath: async fullPath => {
      const row = await database
        .selectFrom('route')
        .innerJoin('namespace', 'namespace.id', 'route.namespace_id')
        .where('route.path_key', '=', fullPath.toLowerCase())
        .selectAll('namespace')
        .executeTakeFirst()
      return row === undefined ? null : toGroup(row)
    },
    create: async (group, creatorId, at) => {
      const id = await refuseTaken('path', () =>
        database.transaction().execute(async transaction => {
          const created = await insertNamespace(transaction, { ...group, kind: 'group', ownerId: null, at })
          if (creatorId !== 0) await insertOwner(transaction, created, creatorId, at)
          return created
        }),
      )
      return toGroup(await database.selectFrom('namespace').where('id', '=', id).selectAll().executeTakeFirstOrThrow())
    },
    list: async (filter, page, order) => {
      const today = deps.today()
      const matching = database.selectFrom('namespace').where(where => matches(where, filter, today))
      const rows = await matching
        .selectAll()
        .orderBy(`namespace.${order.by}`, order.ascending ? 'asc' : 'desc')
        .orderBy('namespace.id')
        .limit(page.limit)
        .offset(page.offset)
        .execute()
      const { count } = await matching.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      return { items: rows.map(toGroup), total: Number(count) }
    },
    update: async (id, change) => {
      const { path, ...values } = change
      await refuseTaken('path', () =>
        database.transaction().execute(async transaction => {
          if (Object.keys(values).length > 0)
            await transaction.updateTable('namespace').set(values).where('id', '=', id).execute()
          if (path !== undefined) await renameNamespace(transaction, id, path)
        }),
      )
      return byId(id)
    },
    delete: id => deleteGroup(database, id),
    lineage: async id => {
      const rows = await database
        .selectFrom('namespace_ancestor')
        .innerJoin('namespace', 'namespace.id', 'namespace_ancestor.ancestor_id')
        .where('namespace_ancestor.namespace_id', '=', id)
        .orderBy('namespace_ancestor.depth')
        .selectAll('namespace')
        .execute()
      return rows.map(toGroup)
    },
  }
}

function toGroup(row: Selectable<AccountTables['namespace']>): Group {
  return {
    id: row.id,
    parentId: row.parent_id,
    name: row.name,
    path: row.path,
    fullPath: row.full_path,
    description: row.description,
    visibility: row.visibility,
    kind: row.kind,
    createdAt: row.created_at,
  }
}

function matches(where: ExpressionBuilder<AccountTables, 'namespace'>, filter: GroupFilter, today: string) {
  const { viewer, search, parentId, ancestorId, minLevel, visibility } = filter
  const below = ancestorId === undefined ? [] : [where('namespace.id', 'in', descendants(where, ancestorId))]
  const ownLevel =
    minLevel === undefined || typeof viewer === 'string' ? [] : [hasLevel('namespace', viewer.userId, minLevel, today)]
  return where.and([
    where('namespace.kind', '=', 'group'),
    isVisible(where, 'namespace', viewer, today),
    ...(search === undefined
      ? []
      : [where.or([contains('namespace.name', search), contains('namespace.full_path', search)])]),
    ...(filter.topLevelOnly === true ? [where('namespace.parent_id', 'is', null)] : []),
    ...(parentId === undefined ? [] : [where('namespace.parent_id', '=', parentId)]),
    ...(visibility === undefined ? [] : [where('namespace.visibility', '=', visibility)]),
    ...below,
    ...ownLevel,
  ])
}

function descendants(where: ExpressionBuilder<AccountTables, 'namespace'>, ancestorId: number) {
  return where
    .selectFrom('namespace_ancestor')
    .select('namespace_ancestor.namespace_id')
    .where('namespace_ancestor.ancestor_id', '=', ancestorId)
    .where('namespace_ancestor.depth', '>', 0)
}

async function insertOwner(database: Database, groupId: number, userId: number, at: string): Promise<void> {
  await database
    .insertInto('member')
    .values({
      user_id: userId,
      group_id: groupId,
      project_id: null,
      level: 50,
      created_by: userId,
      created_at: at,
      expires_at: null,
    })
    .execute()
}

async function deleteGroup(database: Database, id: number): Promise<boolean> {
  return database.transaction().execute(async transaction => {
    const child = await transaction.selectFrom('namespace').where('parent_id', '=', id).select('id').executeTakeFirst()
    const project = await transaction
      .selectFrom('project')
      .where('namespace_id', '=', id)
      .select('id')
      .executeTakeFirst()
    if (child !== undefined || project !== undefined) return false
    await transaction
      .deleteFrom('user_account')
      .where('kind', '=', 'bot')
      .where('id', 'in', botsOf(transaction, id))
      .execute()
    await transaction.deleteFrom('namespace').where('id', '=', id).execute()
    return true
  })
}

function botsOf(database: Database, groupId: number) {
  return database.selectFrom('access_token').select('access_token.user_id').where('access_token.group_id', '=', groupId)
}
