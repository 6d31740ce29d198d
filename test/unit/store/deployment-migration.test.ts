// Deployments that were recorded when each had a job are kept, with their numbers, when a job is no longer asked for.
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { accounts } from '../../../src/store/accounts/migrations.ts'
import { runs } from '../../../src/store/run/migrations.ts'
import { sqliteDialect } from '../../../src/store/sqlite.ts'

let database: Kysely<unknown>

beforeEach(() => {
  database = new Kysely<unknown>({ dialect: sqliteDialect(':memory:') })
})
afterEach(() => database.destroy())

async function run(migrations: typeof runs): Promise<void> {
  for (const { up } of migrations) await database.transaction().execute(up)
}

it('keeps what was recorded, and takes deployments without a job from then on', async () => {
  const at = runs.findIndex(({ name }) => name === 'runs-8')
  await run([...accounts, ...runs.slice(0, at)])
  await sql`PRAGMA foreign_keys = OFF`.execute(database) // of the other tables nothing is asked
  const insert = (id: number, job: number | null) =>
    sql`INSERT INTO deployment (id, project_id, iid, environment_id, job_id, pipeline_id, ref_kind, ref_name, sha, status, created_at, updated_at)
        VALUES (${id}, 1, ${id}, 2, ${job}, ${job}, 'branch', 'main', 'abc', 'success', 'now', 'now')`.execute(database)
  await insert(5, 70)
  await expect(insert(6, null)).rejects.toThrow('NOT NULL')
  await run(runs.slice(at))
  await insert(7, null)
  await insert(8, null)
  await expect(insert(9, 70)).rejects.toThrow('UNIQUE')
  const { rows } = await sql`SELECT id, iid, job_id, ref_name FROM deployment ORDER BY id`.execute(database)
  expect(rows).toEqual([
    { id: 5, iid: 5, job_id: 70, ref_name: 'main' },
    { id: 7, iid: 7, job_id: null, ref_name: 'main' },
    { id: 8, iid: 8, job_id: null, ref_name: 'main' },
  ])
})
