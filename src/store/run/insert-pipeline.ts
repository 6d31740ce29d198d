// A new pipeline with all its jobs. Rows go in by the hundred: two thousand jobs must not cost two thousand statements.
import type { Transaction } from 'kysely'
import type { Vault } from '../../access/vault.ts'
import type { JobPlan } from '../../pipeline/model.ts'
import type { JobState } from '../../run/machine-model.ts'
import type { CreatedPipeline, DemandClass, NewPipeline, RunStore } from '../../run/store-ports.ts'
import type { Tables } from '../tables.ts'
import { takeNumbers } from './counter.ts'
import { newJobRow } from './job-row.ts'
import { sealVariable } from './sealed-variables.ts'
import { markServed } from './served-ref-store.ts'

type Begin = Parameters<RunStore['create']>[1]

const rowsAtOnce = 100

export async function insertPipeline(
  transaction: Transaction<Tables>,
  vault: Vault,
  pipeline: NewPipeline,
  begin: Begin,
): Promise<CreatedPipeline> {
  const iid = await takeNumbers(transaction, `pipeline:${pipeline.projectId}`, 1)
  const firstJobId = await takeNumbers(transaction, 'job', pipeline.jobs.length)
  const { id } = await transaction
    .insertInto('pipeline')
    .values(pipelineRow(pipeline, iid))
    .returning('id')
    .executeTakeFirstOrThrow()
  const created = { id, iid, firstJobId }
  const state = begin(created)
  const { status, hasWarnings, startedAt, finishedAt } = state.pipeline
  await transaction
    .updateTable('pipeline')
    .set({ status, has_warnings: hasWarnings ? 1 : 0, started_at: startedAt, finished_at: finishedAt })
    .where('id', '=', id)
    .execute()
  await insertDetail(transaction, id, pipeline)
  await insertVariables(transaction, vault, id, pipeline)
  await insertJobs(transaction, id, pipeline, state.jobs)
  if (pipeline.servedRef !== null) {
    await markServed(transaction, pipeline.projectId, pipeline.servedRef.ref, pipeline.servedRef.sha)
  }
  return created
}

function pipelineRow(pipeline: NewPipeline, iid: number) {
  return {
    project_id: pipeline.projectId,
    iid,
    ref_kind: pipeline.ref.kind,
    ref_name: pipeline.ref.name,
    sha: pipeline.sha,
    before_sha: pipeline.beforeSha,
    source: pipeline.source,
    status: 'created' as const,
    has_warnings: 0 as const,
    name: pipeline.name,
    user_id: pipeline.userId,
    is_protected: pipeline.isProtected ? (1 as const) : (0 as const),
    commit_title: pipeline.commitTitle,
    stages: JSON.stringify(pipeline.stages),
    parent_pipeline_id: pipeline.parentPipelineId,
    source_job_id: pipeline.sourceJobId,
    schedule_id: pipeline.scheduleId,
    on_job_failure: pipeline.autoCancel.onJobFailure,
    on_new_commit: pipeline.autoCancel.onNewCommit,
    created_at: pipeline.createdAt,
    updated_at: pipeline.createdAt,
    version: 1,
  }
}

async function insertDetail(transaction: Transaction<Tables>, id: number, pipeline: NewPipeline): Promise<void> {
  await transaction
    .insertInto('pipeline_detail')
    .values({
      pipeline_id: id,
      errors: JSON.stringify(pipeline.errors),
      warnings: JSON.stringify(pipeline.warnings),
      explanation: JSON.stringify(pipeline.explanation),
      context: JSON.stringify(pipeline.context),
      yaml_variables: JSON.stringify(pipeline.yamlVariables),
    })
    .execute()
}

async function insertVariables(
  transaction: Transaction<Tables>,
  vault: Vault,
  id: number,
  pipeline: NewPipeline,
): Promise<void> {
  const rows = pipeline.variables.map((variable, position) => ({
    pipeline_id: id,
    position,
    sealed: sealVariable(vault, variable),
  }))
  for (const some of chunksOf(rows)) await transaction.insertInto('pipeline_variable').values(some).execute()
}

async function insertJobs(
  transaction: Transaction<Tables>,
  pipelineId: number,
  pipeline: NewPipeline,
  states: readonly JobState[],
): Promise<void> {
  if (pipeline.jobs.length === 0) return
  const { projectId, priority } = pipeline
  const firstDefinitionId = await takeNumbers(transaction, 'job_definition', pipeline.jobs.length)
  const definitions: { id: number; pipeline_id: number; rule: string; plan: string }[] = []
  const jobs = pipeline.jobs.map((plan, index) => {
    const state = states[index]
    if (state === undefined) throw new Error(`job ${plan.name} has no state to begin with`)
    const definitionId = firstDefinitionId + index
    definitions.push({
      id: definitionId,
      pipeline_id: pipelineId,
      rule: JSON.stringify(state.rule),
      plan: JSON.stringify(withoutPredefined(plan)),
    })
    return newJobRow(plan, state, { pipelineId, projectId, definitionId, priority })
  })
  for (const some of chunksOf(definitions)) await transaction.insertInto('job_definition').values(some).execute()
  for (const some of chunksOf(jobs)) await transaction.insertInto('job').values(some).execute()
  await insertClasses(transaction, pipeline.demandClasses)
}

/** They are computed anew for each run, and are as long as all the rest. */
function withoutPredefined({ predefined: _predefined, ...plan }: JobPlan): Omit<JobPlan, 'predefined'> {
  return plan
}

async function insertClasses(transaction: Transaction<Tables>, classes: readonly DemandClass[]): Promise<void> {
  const rows = classes.map(({ key, tags, isProtected, projectId }) => ({
    key,
    tags: JSON.stringify(tags),
    is_protected: isProtected ? (1 as const) : (0 as const),
    project_id: projectId,
  }))
  for (const some of chunksOf(rows)) {
    await transaction
      .insertInto('demand_class')
      .values(some)
      .onConflict(conflict => conflict.column('key').doNothing())
      .execute()
  }
}

function chunksOf<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(rows.length / rowsAtOnce)
  return Array.from({ length: count }, (_, index) => rows.slice(index * rowsAtOnce, (index + 1) * rowsAtOnce))
}
