import type { ExpressionBuilder, Selectable } from 'kysely'
import type { NewUser, UserFilter, UserRecord, UserStore } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'
import { insertNamespace } from './namespace.ts'
import { contains } from './search.ts'
import type { AccountTables } from './tables.ts'
import { refuseTaken } from './taken.ts'

export function createUserStore(database: Database): UserStore {
  return {
    create: (user, at) => refuseTaken('username', () => createUser(database, user, at)),
    byId: async id => userOf(await selectUsers(database).where('user_account.id', '=', id).executeTakeFirst()),
    byLogin: async login => {
      const column = login.includes('@') ? ('user_account.email' as const) : ('user_account.username_key' as const)
      const row = await selectUsers(database).where(column, '=', login.toLowerCase()).executeTakeFirst()
      return row === undefined ? null : { user: toUser(row), passwordHash: row.password_hash }
    },
    list: async (filter, page) => {
      const matching = selectUsers(database).where(matches(filter))
      const rows = await matching.orderBy('user_account.id', 'desc').limit(page.limit).offset(page.offset).execute()
      const { count } = await database
        .selectFrom('user_account')
        .where(matches(filter))
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return { items: rows.map(toUser), total: Number(count) }
    },
    update: (id, change) => updateUser(database, id, change),
    signedIn: async (id, at) => {
      await database.updateTable('user_account').set({ last_sign_in_at: at }).where('id', '=', id).execute()
    },
    delete: id => deleteUser(database, id),
  }
}

type UserRow = Selectable<AccountTables['user_account']> & { readonly namespace_id: number | null }

/** The user of a row of `user_account` joined with the personal namespace. */
export function toUser(row: UserRow): UserRecord {
  return {
    id: row.id,
    username: row.username,
    name: row.name,
    email: row.email,
    isAdmin: row.is_admin === 1,
    state: row.state,
    kind: row.kind,
    namespaceId: row.namespace_id,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
  }
}

export function selectUsers(database: Database) {
  return database
    .selectFrom('user_account')
    .leftJoin('namespace as own', 'own.owner_id', 'user_account.id')
    .selectAll('user_account')
    .select('own.id as namespace_id')
}

function userOf(row: UserRow | undefined): UserRecord | null {
  return row === undefined ? null : toUser(row)
}

function matches(filter: UserFilter) {
  return (where: ExpressionBuilder<Pick<AccountTables, 'user_account'>, 'user_account'>) =>
    where.and([
      ...(filter.username === undefined ? [] : [where('username_key', '=', filter.username.toLowerCase())]),
      ...(filter.state === undefined ? [] : [where('state', '=', filter.state)]),
      ...(filter.kind === undefined ? [] : [where('user_account.kind', '=', filter.kind)]),
      ...(filter.admins === undefined ? [] : [where('is_admin', '=', filter.admins ? 1 : 0)]),
      ...(filter.search === undefined
        ? []
        : [
            where.or([
              contains('user_account.username', filter.search),
              contains('user_account.name', filter.search),
              where('user_account.email', '=', filter.search.toLowerCase()),
            ]),
          ]),
    ])
}

async function createUser(database: Database, user: NewUser, at: string): Promise<UserRecord> {
  return database.transaction().execute(async transaction => {
    const { id } = await transaction
      .insertInto('user_account')
      .values({
        username: user.username,
        username_key: user.username.toLowerCase(),
        name: user.name,
        email: user.email.toLowerCase(),
        password_hash: user.passwordHash,
        is_admin: user.isAdmin ? 1 : 0,
        state: 'active',
        kind: user.kind,
        created_at: at,
        last_sign_in_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    if (user.kind === 'person') await createOwnNamespace(transaction, id, user, at)
    return toUser(await selectUsers(transaction).where('user_account.id', '=', id).executeTakeFirstOrThrow())
  })
}

async function createOwnNamespace(database: Database, userId: number, user: NewUser, at: string): Promise<void> {
  const namespaceId = await insertNamespace(database, {
    parentId: null,
    kind: 'user',
    ownerId: userId,
    name: user.name,
    path: user.username,
    description: '',
    visibility: 'public',
    at,
  })
  await database
    .insertInto('member')
    .values({
      user_id: userId,
      group_id: namespaceId,
      project_id: null,
      level: 50,
      created_by: null,
      created_at: at,
      expires_at: null,
    })
    .execute()
}

async function updateUser(
  database: Database,
  id: number,
  change: Parameters<UserStore['update']>[1],
): Promise<UserRecord | null> {
  return database.transaction().execute(async transaction => {
    const values = {
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.email === undefined ? {} : { email: change.email.toLowerCase() }),
      ...(change.isAdmin === undefined ? {} : { is_admin: change.isAdmin ? (1 as const) : (0 as const) }),
      ...(change.state === undefined ? {} : { state: change.state }),
      ...(change.passwordHash === undefined ? {} : { password_hash: change.passwordHash }),
    }
    if (Object.keys(values).length > 0)
      await transaction.updateTable('user_account').set(values).where('id', '=', id).execute()
    if (change.passwordHash !== undefined || change.state === 'blocked') {
      await transaction.deleteFrom('session').where('user_id', '=', id).execute()
    }
    return userOf(await selectUsers(transaction).where('user_account.id', '=', id).executeTakeFirst())
  })
}

async function deleteUser(database: Database, id: number): Promise<boolean> {
  return database.transaction().execute(async transaction => {
    const own = await transaction.selectFrom('namespace').where('owner_id', '=', id).select('id').executeTakeFirst()
    if (own !== undefined) {
      const project = await transaction
        .selectFrom('project')
        .where('namespace_id', '=', own.id)
        .select('id')
        .executeTakeFirst()
      if (project !== undefined) return false
      await transaction.deleteFrom('namespace').where('id', '=', own.id).execute()
    }
    await transaction.deleteFrom('user_account').where('id', '=', id).execute()
    return true
  })
}
