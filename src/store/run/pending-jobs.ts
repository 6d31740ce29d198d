// Which job comes next. The literal conditions are those of the partial indexes, so that only waiting rows are looked at.
import { sql } from 'kysely'
import type { DemandClass, PendingJob, PendingJobs } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'

const isPending = sql<boolean>`status = 'pending' AND kind = 'build'`
const isActive = sql<boolean>`status IN ('running', 'canceling')`

export function createPendingJobs(database: Database): PendingJobs {
  const pending = () =>
    database.selectFrom('job').select(['pipeline_id', 'id', 'lease', 'demand_class', 'queued_at']).where(isPending)

  return {
    async classes() {
      const rows = await database.selectFrom('demand_class').selectAll().execute()
      return rows.map(
        (row): DemandClass => ({
          key: row.key,
          tags: JSON.parse(row.tags) as readonly string[],
          isProtected: row.is_protected === 1,
          projectId: row.project_id,
        }),
      )
    },

    async next({ classes, projectIds, except }) {
      if (classes.length === 0 || projectIds?.length === 0) return null
      const waiting = await database
        .selectFrom('job')
        .select(eb => ['project_id', eb.fn.max('priority').as('priority')])
        .where(isPending)
        .where('demand_class', 'in', classes)
        .$if(projectIds !== null, query => query.where('project_id', 'in', projectIds ?? []))
        .$if(except.length > 0, query => query.where('id', 'not in', except))
        .groupBy('project_id')
        .execute()
      const project = fairestOf(waiting, waiting.length > 1 ? await countRunning(database) : new Map())
      if (project === undefined) return null
      const row = await pending()
        .where('demand_class', 'in', classes)
        .where('project_id', '=', project.project_id)
        .where('priority', '=', project.priority)
        .$if(except.length > 0, query => query.where('id', 'not in', except))
        .orderBy('pipeline_id')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst()
      return row === undefined ? null : pendingJobOf(row)
    },

    async queuedBefore(time, afterId, limit) {
      const rows = await pending()
        .where('queued_at', '<', time)
        .where('id', '>', afterId)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(pendingJobOf)
    },

    async claimByNonce(runnerId, nonce) {
      const row = await database
        .selectFrom('job_claim')
        .select(['job_id', 'lease'])
        .where('runner_id', '=', runnerId)
        .where('nonce', '=', nonce)
        .executeTakeFirst()
      return row === undefined ? null : { jobId: row.job_id, lease: row.lease }
    },
  }
}

type Waiting = { readonly project_id: number; readonly priority: number }

/** Priority first, then the project that has the fewest jobs running. */
function fairestOf(waiting: readonly Waiting[], running: ReadonlyMap<number, number>): Waiting | undefined {
  const runningOf = (project: Waiting): number => running.get(project.project_id) ?? 0
  const [first, ...others] = waiting
  return others.reduce((best, each) => {
    if (best === undefined || each.priority !== best.priority) {
      return best === undefined || each.priority > best.priority ? each : best
    }
    return runningOf(each) < runningOf(best) ? each : best
  }, first)
}

async function countRunning(database: Database): Promise<ReadonlyMap<number, number>> {
  const rows = await database
    .selectFrom('job')
    .select(eb => ['project_id', eb.fn.countAll<number>().as('count')])
    .where(isActive)
    .groupBy('project_id')
    .execute()
  return new Map(rows.map(row => [row.project_id, Number(row.count)]))
}

function pendingJobOf(row: {
  readonly pipeline_id: number
  readonly id: number
  readonly lease: number
  readonly demand_class: string
  readonly queued_at: string | null
}): PendingJob {
  return {
    pipelineId: row.pipeline_id,
    jobId: row.id,
    lease: row.lease + 1,
    demandClass: row.demand_class,
    queuedAt: row.queued_at ?? '',
  }
}
