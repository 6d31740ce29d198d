import type { SettingStore } from '../../access/store-ports.ts'
import type { Database } from '../database.ts'

export function createSettingStore(database: Database): SettingStore {
  return {
    all: async () => {
      const rows = await database.selectFrom('setting').selectAll().execute()
      return Object.fromEntries(rows.map(row => [row.name, JSON.parse(row.value) as unknown]))
    },
    put: async values => {
      await database.transaction().execute(async transaction => {
        for (const [name, value] of Object.entries(values)) {
          const text = JSON.stringify(value)
          await transaction
            .insertInto('setting')
            .values({ name, value: text })
            .onConflict(conflict => conflict.column('name').doUpdateSet({ value: text }))
            .execute()
        }
      })
    },
  }
}
