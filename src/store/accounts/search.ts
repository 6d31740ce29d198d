import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** Does the column hold the text, whatever its case? `%` and `_` in the text mean themselves. */
export function contains(column: string, text: string): RawBuilder<SqlBool> {
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
  return sql<SqlBool>`lower(${sql.ref(column)}) LIKE ${pattern} ESCAPE '\\'`
}
