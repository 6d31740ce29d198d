import { sql } from 'kysely'
import type { ScheduledJob, ScheduledJobs } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'

export function createScheduledJobs(database: Database): ScheduledJobs {
  const scheduled = () =>
    database
      .selectFrom('job')
      .select(['pipeline_id', 'id', 'scheduled_at'])
      .where(sql<boolean>`status = 'scheduled'`)
      .orderBy('scheduled_at')
  return {
    all: async () => (await scheduled().execute()).map(scheduledJobOf),
    due: async time => (await scheduled().where('scheduled_at', '<=', time).execute()).map(scheduledJobOf),
  }
}

function scheduledJobOf(row: {
  readonly pipeline_id: number
  readonly id: number
  readonly scheduled_at: string | null
}): ScheduledJob {
  return { pipelineId: row.pipeline_id, jobId: row.id, at: row.scheduled_at ?? '' }
}
