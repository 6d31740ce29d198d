// Migrations run in the order of this list, each in a transaction, once. Add to the end; never change one that has been released.
import { type Kysely, sql } from 'kysely'
import { accounts } from './accounts/migrations.ts'
import { artifacts } from './artifacts/migrations.ts'
import { registry } from './registry/migrations.ts'
import { runs } from './run/migrations.ts'

/** `name` is `<slice>-<number>`. */
export type Migration = { readonly name: string; readonly up: (database: Kysely<unknown>) => Promise<void> }

const migrations: readonly Migration[] = [...accounts, ...runs, ...artifacts, ...registry]

export async function migrate<T>(typed: Kysely<T>): Promise<void> {
  const database = typed as Kysely<unknown>
  await sql`CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, applied_at text NOT NULL)`.execute(database)
  const applied = await sql<{ name: string }>`SELECT name FROM migration`.execute(database)
  const done = new Set(applied.rows.map(row => row.name))
  for (const migration of migrations) {
    if (done.has(migration.name)) continue
    await database.transaction().execute(async transaction => {
      // Another process may have come first, and this one has waited for it.
      const found = await sql`SELECT 1 FROM migration WHERE name = ${migration.name}`.execute(transaction)
      if (found.rows.length > 0) return
      await migration.up(transaction)
      await sql`INSERT INTO migration (name, applied_at) VALUES (${migration.name}, ${new Date().toISOString()})`.execute(
        transaction,
      )
    })
  }
}
