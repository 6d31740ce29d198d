// Kysely over `node:sqlite`. Statements are prepared once and kept: preparing costs more than most of our queries.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type Dialect, SqliteDialect } from 'kysely'

const keptStatements = 1000

/**
 * A dialect for one SQLite file (or `:memory:`). WAL, foreign keys on, waits up to 10 s for another process's write. A
 * transaction takes the right to write at once: one that began by reading could not wait for it, and would fail.
 */
export function sqliteDialect(file: string): Dialect {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec('PRAGMA foreign_keys = ON')
  database.exec('PRAGMA busy_timeout = 10000')
  const statements = new Map<string, StatementSync>()

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    if (statements.size >= keptStatements) statements.clear()
    statements.set(sql, statement)
    return statement
  }

  /** A transaction that failed for want of room has been rolled back by SQLite already: nothing is left to do. */
  function statementFor(sql: string): string {
    if (sql === 'rollback' && !database.isTransaction) return 'SELECT 1'
    return sql === 'begin' ? 'begin immediate' : sql
  }

  return new SqliteDialect({
    database: {
      close: () => database.close(),
      prepare(sql) {
        const statement = prepare(statementFor(sql))
        return {
          reader: statement.columns().length > 0,
          all: parameters => statement.all(...parameters.map(toInput)),
          run: parameters => statement.run(...parameters.map(toInput)),
          iterate: parameters => statement.iterate(...parameters.map(toInput)) as IterableIterator<unknown>,
        }
      },
    },
  })
}

function toInput(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  return value as SQLInputValue
}
