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
      const waiting = (await findWaiting(database, classes)).filter(
        each => projectIds === null || projectIds.includes(each.project_id),
      )
      const running = waiting.length > 1 ? await countRunning(database) : new Map<number, number>()
      for (const project of inTurn(waiting, running)) {
        const ofProject = pending()
          .where('demand_class', 'in', classes)
          .where('project_id', '=', project.project_id)
          .$if(except.length > 0, query => query.where('id', 'not in', except))
          .limit(1)
        const first = ofProject.where('priority', '=', project.priority).orderBy('pipeline_id').orderBy('id')
        const others = ofProject.where('priority', '<', project.priority).orderBy('priority', 'desc')
        const row =
          (await first.executeTakeFirst()) ??
          (except.length === 0 ? undefined : await others.orderBy('pipeline_id').orderBy('id').executeTakeFirst())
        if (row !== undefined) return pendingJobOf(row)
      }
      return null
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

/** Projects with pending jobs of these classes, each with its highest priority: leaps from project to project in the index. */
async function findWaiting(database: Database, classes: readonly string[]): Promise<readonly Waiting[]> {
  const ofClass = sql`SELECT min(project_id) FROM job WHERE ${isPending} AND job.demand_class`
  const { rows } = await sql<Waiting>`
    WITH RECURSIVE waiting (demand_class, project_id) AS (
      SELECT key, (${ofClass} = demand_class.key) FROM demand_class WHERE key IN (${sql.join(classes)})
      UNION ALL
      SELECT demand_class, (${ofClass} = waiting.demand_class AND job.project_id > waiting.project_id)
      FROM waiting WHERE project_id IS NOT NULL
    )
    SELECT project_id, max((
      SELECT max(priority) FROM job
      WHERE ${isPending} AND job.demand_class = waiting.demand_class AND job.project_id = waiting.project_id
    )) AS priority
    FROM waiting WHERE project_id IS NOT NULL GROUP BY project_id ORDER BY project_id`.execute(database)
  return rows
}

/** Priority first, then the project that has the fewest jobs running. */
function inTurn(waiting: readonly Waiting[], running: ReadonlyMap<number, number>): readonly Waiting[] {
  const runningOf = (project: Waiting): number => running.get(project.project_id) ?? 0
  return [...waiting].sort((a, b) => b.priority - a.priority || runningOf(a) - runningOf(b))
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
