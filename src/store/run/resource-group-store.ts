// At most one job of a resource group runs. Who holds it stands here; whose turn it is follows the group's mode.
import { type Selectable, sql, type Transaction } from 'kysely'
import type { ResourceGroupRecord, ResourceMode } from '../../run/records.ts'
import type { ResourceGroupStore } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import { windowOf } from './page.ts'
import type { RunTables } from './tables.ts'

const isWaiting = sql<boolean>`status = 'waiting_for_resource'`
const ended = ['success', 'failed', 'canceled', 'skipped'] as const

export function createResourceGroupStore(database: Database): ResourceGroupStore {
  const byKey = async (projectId: number, key: string): Promise<ResourceGroupRecord | null> => {
    const row = await database
      .selectFrom('resource_group')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('key', '=', key)
      .executeTakeFirst()
    return row === undefined ? null : recordOf(row)
  }

  return {
    byKey,
    async list(projectId, page) {
      const { limit, offset } = windowOf(page)
      const matching = database.selectFrom('resource_group').where('project_id', '=', projectId)
      const rows = await matching.selectAll().orderBy('key').limit(limit).offset(offset).execute()
      const { total } = await matching.select(eb => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
      return { items: rows.map(recordOf), total: Number(total) }
    },
    async setMode(projectId, key, mode) {
      await database
        .updateTable('resource_group')
        .set({ mode })
        .where('project_id', '=', projectId)
        .where('key', '=', key)
        .execute()
      return await byKey(projectId, key)
    },
    assign: (projectId, key, at) =>
      database.transaction().execute(async transaction => {
        const group = await ensureGroup(transaction, projectId, key, at)
        if (group.holder_job_id !== null) return null
        const next = await nextInTurn(transaction, group)
        if (next === null) return null
        await transaction
          .updateTable('resource_group')
          .set({ holder_job_id: next.jobId })
          .where('id', '=', group.id)
          .execute()
        return next
      }),
    async release(projectId, key, jobId) {
      const { numUpdatedRows } = await database
        .updateTable('resource_group')
        .set({ holder_job_id: null })
        .where('project_id', '=', projectId)
        .where('key', '=', key)
        .where('holder_job_id', '=', jobId)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    unsettled: () => findUnsettled(database),
  }
}

async function ensureGroup(
  transaction: Transaction<Tables>,
  projectId: number,
  key: string,
  at: string,
): Promise<Selectable<RunTables['resource_group']>> {
  await transaction
    .insertInto('resource_group')
    .values({ project_id: projectId, key, mode: 'unordered', created_at: at })
    .onConflict(conflict => conflict.columns(['project_id', 'key']).doNothing())
    .execute()
  return await transaction
    .selectFrom('resource_group')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
}

type Turn = { readonly jobId: number; readonly pipelineId: number }

/** The ordered modes look at jobs that are still to come, too: until one of those waits itself, nobody else gets in. */
async function nextInTurn(
  transaction: Transaction<Tables>,
  group: Selectable<RunTables['resource_group']>,
): Promise<Turn | null> {
  const looksAhead = group.mode === 'oldest_first' || group.mode === 'newest_first'
  const row = await transaction
    .selectFrom('job')
    .select(['id', 'pipeline_id', 'status'])
    .where('project_id', '=', group.project_id)
    .where('resource_group', '=', group.key)
    .$if(looksAhead, query => query.where('status', 'in', ['created', 'scheduled', 'waiting_for_resource']))
    .$if(!looksAhead, query => query.where(isWaiting))
    .where('is_retried', '=', 0)
    .orderBy('pipeline_id', directionOf(group.mode))
    .orderBy(sql`CASE WHEN status = 'waiting_for_resource' THEN 0 ELSE 1 END`)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined || row.status !== 'waiting_for_resource') return null
  return { jobId: row.id, pipelineId: row.pipeline_id }
}

function directionOf(mode: ResourceMode): 'asc' | 'desc' {
  return mode === 'newest_first' || mode === 'newest_ready_first' ? 'desc' : 'asc'
}

async function findUnsettled(database: Database): ReturnType<ResourceGroupStore['unsettled']> {
  const waiting = await database
    .selectFrom('job')
    .select(['project_id', 'resource_group'])
    .where(isWaiting)
    .groupBy(['project_id', 'resource_group'])
    .execute()
  const held = await database
    .selectFrom('resource_group')
    .leftJoin('job', 'job.id', 'resource_group.holder_job_id')
    .select(['resource_group.project_id', 'resource_group.key', 'resource_group.holder_job_id as holder'])
    .select(['job.pipeline_id', 'job.status'])
    .where('resource_group.holder_job_id', 'is not', null)
    .where(eb => eb.or([eb('job.id', 'is', null), eb('job.status', 'in', [...ended, 'waiting_for_resource'])]))
    .execute()
  return [
    ...held.map(({ project_id: projectId, key, holder, pipeline_id: pipelineId, status }) =>
      status === 'waiting_for_resource' && holder !== null && pipelineId !== null
        ? { projectId, key, endedHolderId: null, unaware: { jobId: holder, pipelineId } }
        : { projectId, key, endedHolderId: holder, unaware: null },
    ),
    ...waiting.map(row => ({
      projectId: row.project_id,
      key: row.resource_group ?? '',
      endedHolderId: null,
      unaware: null,
    })),
  ]
}

function recordOf(row: Selectable<RunTables['resource_group']>): ResourceGroupRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    key: row.key,
    mode: row.mode,
    holderJobId: row.holder_job_id,
    createdAt: row.created_at,
  }
}
