// Opens the database and brings it to the newest schema. SQLite is the embedded default; the queries stay in Kysely's
// common subset, so that PostgreSQL can stand in its place.
import { Kysely, sql } from 'kysely'
import { migrate } from './migrate.ts'
import { sqliteDialect } from './sqlite.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>

/** @param file path of the SQLite file, or `:memory:` */
export async function openDatabase(file: string): Promise<Database> {
  const database = new Kysely<Tables>({ dialect: sqliteDialect(file) })
  await migrate(database)
  return database
}

/** Fails when the database does not answer. */
export async function pingDatabase(database: Database): Promise<void> {
  await sql`SELECT 1`.execute(database)
}
