// The writes of the coordinator: one transaction each, and those that come together share one commit.
import type { Transaction } from 'kysely'
import type { Vault } from '../../access/vault.ts'
import type { ClaimedJob, JobRule, PlayedJob, RunChange, RunSnapshot } from '../../run/machine-model.ts'
import type { RunStore } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { Tables } from '../tables.ts'
import { takeNumbers } from './counter.ts'
import { insertPipeline } from './insert-pipeline.ts'
import { jobStateOf, movingColumns, nextAttemptRow } from './job-row.ts'
import { sumUpPipeline } from './pipeline-sums.ts'
import { sealVariable } from './sealed-variables.ts'

export function createRunStore(deps: {
  readonly database: Database
  readonly commit: GroupCommit
  readonly vault: Vault
}): RunStore {
  const { database, commit, vault } = deps
  return {
    create: (pipeline, begin) => commit(transaction => insertPipeline(transaction, vault, pipeline, begin)),
    load: pipelineId => loadSnapshot(database, pipelineId),
    save: change => commit(transaction => saveChange(transaction, vault, change)),
    reserveJobIds: count => commit(transaction => takeNumbers(transaction, 'job', count)),
    async deletePipeline(pipelineId) {
      await commit(transaction => transaction.deleteFrom('pipeline').where('id', '=', pipelineId).execute())
    },
  }
}

async function loadSnapshot(database: Database, pipelineId: number): Promise<RunSnapshot | null> {
  const row = await database.selectFrom('pipeline').selectAll().where('id', '=', pipelineId).executeTakeFirst()
  if (row === undefined) return null
  const jobs = await database
    .selectFrom('job')
    .innerJoin('job_definition', 'job_definition.id', 'job.definition_id')
    .selectAll('job')
    .select('job_definition.rule')
    .where('job.pipeline_id', '=', pipelineId)
    .where('job.is_retried', '=', 0)
    .orderBy('job.stage_index')
    .orderBy('job.id')
    .execute()
  return {
    pipelineId,
    projectId: row.project_id,
    version: row.version,
    pipeline: {
      status: row.status,
      hasWarnings: row.has_warnings === 1,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
    },
    sourceJobId: row.source_job_id,
    onJobFailure: row.on_job_failure,
    onNewCommit: row.on_new_commit,
    jobs: jobs.map(({ rule, ...job }) => jobStateOf(job, JSON.parse(rule) as JobRule)),
  }
}

async function saveChange(transaction: Transaction<Tables>, vault: Vault, change: RunChange): Promise<boolean> {
  const { status, hasWarnings, startedAt, finishedAt } = change.pipeline
  const { numUpdatedRows } = await transaction
    .updateTable('pipeline')
    .set({
      status,
      has_warnings: hasWarnings ? 1 : 0,
      started_at: startedAt,
      finished_at: finishedAt,
      updated_at: change.at,
      version: change.version + 1,
    })
    .where('id', '=', change.pipelineId)
    .where('version', '=', change.version)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  for (const job of change.changed) {
    await transaction.updateTable('job').set(movingColumns(job)).where('id', '=', job.id).execute()
  }
  await insertAttempts(transaction, change)
  for (const played of change.played) await insertPlayVariables(transaction, vault, played)
  for (const claim of change.claims) await insertClaim(transaction, change, claim)
  if (finishedAt === change.at) await sumUpPipeline(transaction, change.pipelineId)
  return true
}

async function insertAttempts(transaction: Transaction<Tables>, change: RunChange): Promise<void> {
  for (const job of change.added) {
    const before = await transaction
      .selectFrom('job')
      .selectAll()
      .where('id', '=', job.retriedJobId)
      .executeTakeFirstOrThrow()
    await transaction.insertInto('job').values(nextAttemptRow(before, job)).execute()
    await carryPlayVariables(transaction, job.retriedJobId, job.id)
  }
}

/** What was entered when it was played holds for its next attempts, too. */
async function carryPlayVariables(transaction: Transaction<Tables>, fromJobId: number, toJobId: number): Promise<void> {
  await transaction
    .insertInto('job_variable')
    .columns(['job_id', 'origin', 'position', 'sealed'])
    .expression(eb =>
      eb
        .selectFrom('job_variable')
        .select([eb.lit(toJobId).as('job_id'), 'origin', 'position', 'sealed'])
        .where('job_id', '=', fromJobId)
        .where('origin', '=', 'manual'),
    )
    .execute()
}

async function insertPlayVariables(
  transaction: Transaction<Tables>,
  vault: Vault,
  { jobId, variables }: PlayedJob,
): Promise<void> {
  const rows = variables.map((variable, position) => ({
    job_id: jobId,
    origin: 'manual' as const,
    position,
    sealed: sealVariable(vault, variable),
  }))
  await transaction.deleteFrom('job_variable').where('job_id', '=', jobId).where('origin', '=', 'manual').execute()
  if (rows.length > 0) await transaction.insertInto('job_variable').values(rows).execute()
}

async function insertClaim(
  transaction: Transaction<Tables>,
  { changed, added, at }: RunChange,
  claim: ClaimedJob,
): Promise<void> {
  const job = [...changed, ...added].find(each => each.id === claim.jobId)
  if (job === undefined || job.runnerId === null) return
  await transaction
    .updateTable('job')
    .set({ job_token_hash: claim.jobTokenHash, lease_token_hash: claim.leaseTokenHash })
    .where('id', '=', claim.jobId)
    .execute()
  await transaction
    .insertInto('job_claim')
    .values({ runner_id: job.runnerId, nonce: claim.nonce, job_id: claim.jobId, lease: job.lease, at })
    // The job that this wish got first could not be handed out.
    .onConflict(conflict =>
      conflict.columns(['runner_id', 'nonce']).doUpdateSet({ job_id: claim.jobId, lease: job.lease, at }),
    )
    .execute()
}
