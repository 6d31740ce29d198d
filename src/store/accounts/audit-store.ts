import type { Selectable } from 'kysely'
import type { AuditStore } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'
import type { AccountTables } from './tables.ts'

export function createAuditStore(database: Database): AuditStore {
  return {
    add: async event => {
      await database
        .insertInto('audit_event')
        .values({
          at: event.at,
          user_id: event.userId,
          username: event.username,
          action: event.action,
          project_id: event.projectId,
          group_id: event.groupId,
          target: event.target,
          detail: JSON.stringify(event.detail),
          address: event.address,
        })
        .execute()
    },
    list: async (filter, page) => {
      const matching = database
        .selectFrom('audit_event')
        .where(where =>
          where.and([
            ...(filter.projectId === undefined ? [] : [where('project_id', '=', filter.projectId)]),
            ...(filter.groupId === undefined ? [] : [where('group_id', '=', filter.groupId)]),
            ...(filter.userId === undefined ? [] : [where('user_id', '=', filter.userId)]),
          ]),
        )
      const rows = await matching.selectAll().orderBy('id', 'desc').limit(page.limit).offset(page.offset).execute()
      const { count } = await matching.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
      return { items: rows.map(toEvent), total: Number(count) }
    },
  }
}

function toEvent(row: Selectable<AccountTables['audit_event']>) {
  return {
    id: row.id,
    at: row.at,
    userId: row.user_id,
    username: row.username,
    action: row.action,
    projectId: row.project_id,
    groupId: row.group_id,
    target: row.target,
    detail: JSON.parse(row.detail) as Readonly<Record<string, unknown>>,
    address: row.address,
  }
}
