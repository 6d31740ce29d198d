import type { Transaction } from 'kysely'
import type { Tables } from '../tables.ts'

/** Takes `count` numbers in a row that were never given before; answers the first. */
export async function takeNumbers(transaction: Transaction<Tables>, name: string, count: number): Promise<number> {
  const { value } = await transaction
    .insertInto('run_counter')
    .values({ name, value: count })
    .onConflict(conflict =>
      conflict.column('name').doUpdateSet(eb => ({ value: eb('run_counter.value', '+', eb.ref('excluded.value')) })),
    )
    .returning('value')
    .executeTakeFirstOrThrow()
  return value - count + 1
}
