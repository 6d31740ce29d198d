// What API, web and payloads read of pipelines and jobs.
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Vault } from '../../access/vault.ts'
import type { JobPlan } from '../../pipeline/model.ts'
import type { JobFilter, PipelineExplanation, PipelineFilter, PipelineOrder, RunReader } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import { jobRecordOf } from './job-row.ts'
import { windowOf } from './page.ts'
import { pipelineRecordOf } from './pipeline-row.ts'
import { openVariable } from './sealed-variables.ts'

export function createRunReader(deps: { readonly database: Database; readonly vault: Vault }): RunReader {
  const { database, vault } = deps
  const pipelines = () =>
    database
      .selectFrom('pipeline')
      .innerJoin('pipeline_detail', 'pipeline_detail.pipeline_id', 'pipeline.id')
      .selectAll('pipeline')
      .select(['pipeline_detail.errors', 'pipeline_detail.warnings'])

  return {
    async pipeline(id) {
      const row = await pipelines().where('pipeline.id', '=', id).executeTakeFirst()
      return row === undefined ? null : pipelineRecordOf(row)
    },

    async pipelines(filter, page) {
      const { limit, offset } = windowOf(page)
      const matching = database.selectFrom('pipeline').where(eb => matchesPipeline(eb, filter))
      const rows = await matching
        .innerJoin('pipeline_detail', 'pipeline_detail.pipeline_id', 'pipeline.id')
        .selectAll('pipeline')
        .select(['pipeline_detail.errors', 'pipeline_detail.warnings'])
        .orderBy(orderColumns[filter.order ?? 'id'], directionOf(filter))
        .orderBy('pipeline.id', directionOf(filter))
        .limit(limit)
        .offset(offset)
        .execute()
      const { total } = await matching.select(countAll).executeTakeFirstOrThrow()
      return { items: rows.map(pipelineRecordOf), total: Number(total) }
    },

    async latestPipeline(projectId, ref, status) {
      const row = await pipelines()
        .where('project_id', '=', projectId)
        .where('ref_name', '=', ref)
        .where('parent_pipeline_id', 'is', null)
        .$if(status !== undefined, query => query.where('status', '=', status ?? 'success'))
        .orderBy('pipeline.id', 'desc')
        .executeTakeFirst()
      return row === undefined ? null : pipelineRecordOf(row)
    },

    async children(pipelineId) {
      const rows = await pipelines().where('parent_pipeline_id', '=', pipelineId).orderBy('pipeline.id').execute()
      return rows.map(pipelineRecordOf)
    },

    async downstreamOf(jobId) {
      const row = await pipelines().where('source_job_id', '=', jobId).orderBy('pipeline.id').executeTakeFirst()
      return row === undefined ? null : pipelineRecordOf(row)
    },

    async context(pipelineId) {
      const row = await database
        .selectFrom('pipeline_detail')
        .select('context')
        .where('pipeline_id', '=', pipelineId)
        .executeTakeFirst()
      return row === undefined ? null : JSON.parse(row.context)
    },

    async explanation(pipelineId) {
      const row = await database
        .selectFrom('pipeline_detail')
        .select('explanation')
        .where('pipeline_id', '=', pipelineId)
        .executeTakeFirst()
      return row === undefined ? null : (JSON.parse(row.explanation) as PipelineExplanation)
    },

    async pipelineVariables(pipelineId) {
      const rows = await database
        .selectFrom('pipeline_variable')
        .select('sealed')
        .where('pipeline_id', '=', pipelineId)
        .orderBy('position')
        .execute()
      return rows.map(row => openVariable(vault, row.sealed))
    },

    async job(id) {
      const row = await database.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : jobRecordOf(row)
    },

    async jobs(filter, page) {
      const { limit, offset } = windowOf(page)
      const matching = database.selectFrom('job').where(eb => matchesJob(eb, filter))
      const rows = await matching.selectAll().orderBy('id', directionOf(filter)).limit(limit).offset(offset).execute()
      const { total } = await matching.select(countAll).executeTakeFirstOrThrow()
      return { items: rows.map(jobRecordOf), total: Number(total) }
    },

    async jobsOfPipeline(pipelineId, includeRetried) {
      const rows = await database
        .selectFrom('job')
        .selectAll()
        .where('pipeline_id', '=', pipelineId)
        .$if(!includeRetried, query => query.where('is_retried', '=', 0))
        .orderBy('stage_index')
        .orderBy('id')
        .execute()
      return rows.map(jobRecordOf)
    },

    async jobPlan(jobId) {
      const row = await database
        .selectFrom('job')
        .innerJoin('job_definition', 'job_definition.id', 'job.definition_id')
        .select('plan')
        .where('job.id', '=', jobId)
        .executeTakeFirst()
      return row === undefined ? null : planOf(row.plan)
    },

    async plansOf(pipelineId, names) {
      if (names.length === 0) return []
      const rows = await database
        .selectFrom('job')
        .innerJoin('job_definition', 'job_definition.id', 'job.definition_id')
        .select('plan')
        .where('job.pipeline_id', '=', pipelineId)
        .where('job.name', 'in', names)
        .where('job.is_retried', '=', 0)
        .execute()
      return rows.map(row => planOf(row.plan))
    },

    async playVariables(jobId) {
      const rows = await database
        .selectFrom('job_variable')
        .select('sealed')
        .where('job_id', '=', jobId)
        .where('origin', '=', 'manual')
        .orderBy('position')
        .execute()
      return rows.map(row => openVariable(vault, row.sealed))
    },

    async dotenv(pipelineId) {
      const rows = await database
        .selectFrom('job')
        .innerJoin('job_variable', 'job_variable.job_id', 'job.id')
        .select(['job.id', 'job_variable.sealed'])
        .where('job.pipeline_id', '=', pipelineId)
        .where('job_variable.origin', '=', 'dotenv')
        .orderBy('job_variable.position')
        .execute()
      const byJob = Map.groupBy(rows, row => row.id)
      return new Map([...byJob].map(([id, some]) => [id, some.map(row => openVariable(vault, row.sealed))]))
    },

    async latestSuccessfulJob(projectId, ref, jobName) {
      const row = await database
        .selectFrom('job')
        .innerJoin('pipeline', 'pipeline.id', 'job.pipeline_id')
        .selectAll('job')
        .where('pipeline.project_id', '=', projectId)
        .where('pipeline.ref_name', '=', ref)
        .where('pipeline.status', '=', 'success')
        .where('pipeline.parent_pipeline_id', 'is', null)
        .where('job.name', '=', jobName)
        .where('job.is_retried', '=', 0)
        .where('job.status', '=', 'success')
        .orderBy('pipeline.id', 'desc')
        .executeTakeFirst()
      return row === undefined ? null : jobRecordOf(row)
    },

    async jobByToken(hash) {
      const row = await database
        .selectFrom('job')
        .innerJoin('pipeline', 'pipeline.id', 'job.pipeline_id')
        .selectAll('job')
        .select('pipeline.is_protected')
        .where(eb => eb.or([eb('job_token_hash', '=', hash), eb('lease_token_hash', '=', hash)]))
        .where('job.status', 'in', ['running', 'canceling'])
        .executeTakeFirst()
      if (row === undefined) return null
      const kind = row.job_token_hash === hash ? 'job' : 'lease'
      return { kind, job: jobRecordOf(row), isProtected: row.is_protected === 1 }
    },

    async pushedImages(pipelineId) {
      const rows = await database
        .selectFrom('pushed_image')
        .selectAll()
        .where('pipeline_id', '=', pipelineId)
        .orderBy('id')
        .execute()
      return rows.map(row => ({
        jobId: row.job_id,
        pipelineId: row.pipeline_id,
        repository: row.repository,
        tag: row.tag,
        digest: row.digest,
      }))
    },
  }
}

/** The predefined variables are not kept: `jobVariables` computes them anew. */
function planOf(json: string): JobPlan {
  return { predefined: {}, ...JSON.parse(json) } as JobPlan
}

function countAll<T extends 'pipeline' | 'job'>({ fn }: ExpressionBuilder<Tables, T>) {
  return fn.countAll<number>().as('total')
}

const orderColumns = {
  id: 'pipeline.id',
  status: 'pipeline.status',
  ref: 'pipeline.ref_name',
  updated_at: 'pipeline.updated_at',
  user_id: 'pipeline.user_id',
} as const satisfies Record<PipelineOrder, string>

function directionOf(filter: { readonly ascending?: boolean }): 'asc' | 'desc' {
  return filter.ascending === true ? 'asc' : 'desc'
}

function matchesPipeline(eb: ExpressionBuilder<Tables, 'pipeline'>, filter: PipelineFilter): Expression<SqlBool> {
  const conditions: Expression<SqlBool>[] = []
  if (filter.projectId !== undefined) conditions.push(eb('pipeline.project_id', '=', filter.projectId))
  if (filter.ref !== undefined) conditions.push(eb('ref_name', '=', filter.ref))
  if (filter.sha !== undefined) conditions.push(eb('sha', '=', filter.sha))
  if (filter.statuses !== undefined) conditions.push(eb('status', 'in', filter.statuses))
  if (filter.source !== undefined) conditions.push(eb('source', '=', filter.source))
  if (filter.scheduleId !== undefined) conditions.push(eb('schedule_id', '=', filter.scheduleId))
  if (filter.userId !== undefined) conditions.push(eb('user_id', '=', filter.userId))
  if (filter.name !== undefined) conditions.push(eb('name', '=', filter.name))
  if (filter.updatedAfter !== undefined) conditions.push(eb('updated_at', '>', filter.updatedAfter))
  if (filter.updatedBefore !== undefined) conditions.push(eb('updated_at', '<', filter.updatedBefore))
  if (filter.createdAfter !== undefined) conditions.push(eb('created_at', '>', filter.createdAfter))
  if (filter.createdBefore !== undefined) conditions.push(eb('created_at', '<', filter.createdBefore))
  if (filter.hasErrors !== undefined)
    conditions.push(eb('pipeline.id', filter.hasErrors ? 'in' : 'not in', withErrors(eb)))
  if (filter.latestOf !== undefined) conditions.push(eb('pipeline.id', 'in', newestOfRefs(eb, filter, filter.latestOf)))
  if (filter.withChildren !== true) conditions.push(eb('parent_pipeline_id', 'is', null))
  return eb.and(conditions)
}

function withErrors(eb: ExpressionBuilder<Tables, 'pipeline'>) {
  return eb
    .selectFrom('pipeline_detail')
    .select('pipeline_detail.pipeline_id')
    .where('pipeline_detail.errors', '!=', '[]')
}

function newestOfRefs(
  eb: ExpressionBuilder<Tables, 'pipeline'>,
  { projectId }: PipelineFilter,
  kind: 'branch' | 'tag',
) {
  return eb
    .selectFrom('pipeline as newest')
    .select(({ fn }) => fn.max('newest.id').as('id'))
    .where('newest.ref_kind', '=', kind)
    .where('newest.parent_pipeline_id', 'is', null)
    .$if(projectId !== undefined, query => query.where('newest.project_id', '=', projectId ?? 0))
    .groupBy(['newest.project_id', 'newest.ref_name'])
}

function matchesJob(eb: ExpressionBuilder<Tables, 'job'>, filter: JobFilter): Expression<SqlBool> {
  const conditions: Expression<SqlBool>[] = []
  if (filter.pipelineId !== undefined) conditions.push(eb('pipeline_id', '=', filter.pipelineId))
  if (filter.projectId !== undefined) conditions.push(eb('project_id', '=', filter.projectId))
  if (filter.runnerId !== undefined) conditions.push(eb('runner_id', '=', filter.runnerId))
  if (filter.kind !== undefined) conditions.push(eb('kind', '=', filter.kind))
  if (filter.statuses !== undefined) conditions.push(eb('status', 'in', filter.statuses))
  if (filter.name !== undefined) conditions.push(eb('name', '=', filter.name))
  if (filter.includeRetried !== true) conditions.push(eb('is_retried', '=', 0))
  return eb.and(conditions)
}
