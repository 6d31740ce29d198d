import type { Transaction } from 'kysely'
import { durationSeconds, meanCoverage } from '../../run/duration.ts'
import type { Tables } from '../tables.ts'

/** Duration, waiting and coverage of a pipeline that has ended, from all its attempts. */
export async function sumUpPipeline(transaction: Transaction<Tables>, pipelineId: number): Promise<void> {
  const jobs = await transaction
    .selectFrom('job')
    .select(['started_at', 'finished_at', 'coverage', 'is_retried'])
    .where('pipeline_id', '=', pipelineId)
    .execute()
  const intervals = jobs.flatMap(({ started_at: startedAt, finished_at: finishedAt }) =>
    startedAt === null || finishedAt === null ? [] : [{ startedAt, finishedAt }],
  )
  const coverages = jobs.flatMap(job => (job.coverage === null || job.is_retried === 1 ? [] : [job.coverage]))
  const { created_at: createdAt, started_at: startedAt } = await transaction
    .selectFrom('pipeline')
    .select(['created_at', 'started_at'])
    .where('id', '=', pipelineId)
    .executeTakeFirstOrThrow()
  await transaction
    .updateTable('pipeline')
    .set({
      duration_seconds: durationSeconds(intervals),
      queued_seconds: startedAt === null ? null : Math.round((Date.parse(startedAt) - Date.parse(createdAt)) / 1000),
      coverage: meanCoverage(coverages),
    })
    .where('id', '=', pipelineId)
    .execute()
}
