// What a viewer may see in a list, as SQL. It says the same as `access/policy`, for many rows at once.
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Viewer } from '../../access/store-ports.ts'
import type { AccountTables } from './tables.ts'

type Where<Table extends 'namespace' | 'project'> = ExpressionBuilder<AccountTables, Table>

/** @param today a date, for memberships that have ended */
export function isVisible<Table extends 'namespace' | 'project'>(
  where: Where<Table>,
  table: Table,
  viewer: Viewer,
  today: string,
): Expression<SqlBool> {
  if (viewer === 'all') return sql<SqlBool>`1 = 1`
  const visibility = sql.ref(`${table}.visibility`)
  if (viewer === 'stranger') return sql<SqlBool>`${visibility} = 'public'`
  return where.or([sql<SqlBool>`${visibility} IN ('public', 'internal')`, hasLevel(table, viewer.userId, 10, today)])
}

/** Has the person at least this role, by a membership there or above? */
export function hasLevel(
  table: 'namespace' | 'project',
  userId: number,
  level: number,
  today: string,
): Expression<SqlBool> {
  const namespaceId = table === 'project' ? sql.ref('project.namespace_id') : sql.ref('namespace.id')
  const memberships = sql`FROM member m WHERE m.user_id = ${userId} AND m.level >= ${level}
    AND (m.expires_at IS NULL OR m.expires_at > ${today})`
  const byGroup = sql<SqlBool>`${namespaceId} IN (
    SELECT a.namespace_id FROM namespace_ancestor a WHERE a.ancestor_id IN (SELECT m.group_id ${memberships} AND m.group_id IS NOT NULL))`
  if (table === 'namespace') return byGroup
  return sql<SqlBool>`(project.id IN (SELECT m.project_id ${memberships} AND m.project_id IS NOT NULL) OR ${byGroup})`
}
