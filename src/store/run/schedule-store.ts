import type { Selectable } from 'kysely'
import type { Vault } from '../../access/vault.ts'
import type { ScheduleRecord } from '../../run/records.ts'
import type { NewSchedule, ScheduleStore } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'
import { windowOf } from './page.ts'
import { openVariables, sealVariables } from './sealed-variables.ts'
import type { RunTables } from './tables.ts'

export function createScheduleStore(deps: { readonly database: Database; readonly vault: Vault }): ScheduleStore {
  const { database, vault } = deps
  const recordOf = (row: Selectable<RunTables['pipeline_schedule']>): ScheduleRecord => ({
    id: row.id,
    projectId: row.project_id,
    description: row.description,
    ref: row.ref,
    cron: row.cron,
    timezone: row.timezone,
    isActive: row.is_active === 1,
    ownerId: row.owner_id,
    nextRunAt: row.next_run_at,
    lastPipelineId: row.last_pipeline_id,
    variables: openVariables(vault, row.variables_sealed),
    inputs: JSON.parse(row.inputs) as Readonly<Record<string, unknown>>,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  })
  const columnsOf = (schedule: NewSchedule) => ({
    project_id: schedule.projectId,
    description: schedule.description,
    ref: schedule.ref,
    cron: schedule.cron,
    timezone: schedule.timezone,
    is_active: schedule.isActive ? (1 as const) : (0 as const),
    owner_id: schedule.ownerId,
    next_run_at: schedule.nextRunAt,
    variables_sealed: sealVariables(vault, schedule.variables),
    inputs: JSON.stringify(schedule.inputs),
  })
  const byId = async (id: number): Promise<ScheduleRecord | null> => {
    const row = await database.selectFrom('pipeline_schedule').selectAll().where('id', '=', id).executeTakeFirst()
    return row === undefined ? null : recordOf(row)
  }

  return {
    byId,
    async create(schedule, at) {
      const row = await database
        .insertInto('pipeline_schedule')
        .values({ ...columnsOf(schedule), created_at: at, updated_at: at })
        .returningAll()
        .executeTakeFirstOrThrow()
      return recordOf(row)
    },
    async list(projectId, page) {
      const { limit, offset } = windowOf(page)
      const matching = database.selectFrom('pipeline_schedule').where('project_id', '=', projectId)
      const rows = await matching.selectAll().orderBy('id', 'desc').limit(limit).offset(offset).execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: rows.map(recordOf), total: Number(total) }
    },
    async update(id, change, at) {
      const before = await byId(id)
      if (before === null) return null
      await database
        .updateTable('pipeline_schedule')
        .set({ ...columnsOf({ ...before, ...change }), updated_at: at })
        .where('id', '=', id)
        .execute()
      return await byId(id)
    },
    async delete(id) {
      await database.deleteFrom('pipeline_schedule').where('id', '=', id).execute()
    },
    async due(time) {
      const rows = await database
        .selectFrom('pipeline_schedule')
        .selectAll()
        .where('is_active', '=', 1)
        .where('next_run_at', '<=', time)
        .orderBy('next_run_at')
        .execute()
      return rows.map(recordOf)
    },
    async advance(id, from, to) {
      const { numUpdatedRows } = await database
        .updateTable('pipeline_schedule')
        .set({ next_run_at: to })
        .where('id', '=', id)
        .where('next_run_at', '=', from)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async ran(id, pipelineId) {
      await database
        .updateTable('pipeline_schedule')
        .set({ last_pipeline_id: pipelineId })
        .where('id', '=', id)
        .execute()
    },
  }
}
