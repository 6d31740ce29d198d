// Between the row of a job, the state that the machine moves, and the record that others read.
import type { Insertable, Selectable } from 'kysely'
import type { JobPlan } from '../../pipeline/model.ts'
import type { JobRule, JobState } from '../../run/machine-model.ts'
import { handStartedPriority } from '../../run/priority.ts'
import type { JobRecord } from '../../run/records.ts'
import type { RunTables } from './tables.ts'

export type JobRow = Selectable<RunTables['job']>

type Moving = Pick<
  JobRow,
  | 'status'
  | 'allow_failure'
  | 'is_retried'
  | 'starts_at_once'
  | 'user_id'
  | 'runner_id'
  | 'lease'
  | 'has_begun'
  | 'failure_reason'
  | 'failure_detail'
  | 'exit_code'
  | 'message'
  | 'coverage'
  | 'downstream_pipeline_id'
  | 'queued_at'
  | 'started_at'
  | 'finished_at'
  | 'scheduled_at'
>

/** The columns that a transition may change. */
export function movingColumns(job: JobState): Moving & { readonly priority?: number } {
  return {
    status: job.status,
    allow_failure: job.allowFailure ? 1 : 0,
    is_retried: job.isRetried ? 1 : 0,
    starts_at_once: job.startsAtOnce ? 1 : 0,
    user_id: job.userId,
    runner_id: job.runnerId,
    lease: job.lease,
    has_begun: job.hasBegun ? 1 : 0,
    failure_reason: job.failureReason,
    failure_detail: job.failureDetail,
    exit_code: job.exitCode,
    message: job.message,
    coverage: job.coverage,
    downstream_pipeline_id: job.downstreamPipelineId,
    queued_at: job.queuedAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    scheduled_at: job.scheduledAt,
    ...(job.startsAtOnce && { priority: handStartedPriority }),
  }
}

export type JobPlace = {
  readonly pipelineId: number
  readonly projectId: number
  readonly definitionId: number
  readonly priority: number
}

export function newJobRow(plan: JobPlan, job: JobState, place: JobPlace): Insertable<RunTables['job']> {
  return {
    id: job.id,
    pipeline_id: place.pipelineId,
    project_id: place.projectId,
    definition_id: place.definitionId,
    name: plan.name,
    group_name: plan.groupName,
    stage: plan.stage,
    stage_index: plan.stageIndex,
    kind: job.rule.kind,
    attempt: job.attempt,
    tags: JSON.stringify(plan.tags),
    demand_class: job.demandClass,
    priority: place.priority,
    environment: job.rule.environment,
    resource_group: job.rule.resourceGroup,
    timeout_seconds: plan.timeoutSeconds,
    job_token_hash: null,
    lease_token_hash: null,
    created_at: job.createdAt,
    erased_at: null,
    ...movingColumns(job),
  }
}

/** The next attempt's row: what never changes is taken from the one before. */
export function nextAttemptRow(before: JobRow, job: JobState): Insertable<RunTables['job']> {
  return {
    ...before,
    job_token_hash: null,
    lease_token_hash: null,
    erased_at: null,
    id: job.id,
    attempt: job.attempt,
    created_at: job.createdAt,
    ...movingColumns(job),
  }
}

export function jobStateOf(row: JobRow, rule: JobRule): JobState {
  return {
    id: row.id,
    rule,
    status: row.status,
    demandClass: row.demand_class,
    allowFailure: row.allow_failure === 1,
    attempt: row.attempt,
    isRetried: row.is_retried === 1,
    startsAtOnce: row.starts_at_once === 1,
    userId: row.user_id,
    runnerId: row.runner_id,
    lease: row.lease,
    hasBegun: row.has_begun === 1,
    failureReason: row.failure_reason,
    failureDetail: row.failure_detail,
    exitCode: row.exit_code,
    message: row.message,
    coverage: row.coverage,
    downstreamPipelineId: row.downstream_pipeline_id,
    createdAt: row.created_at,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    scheduledAt: row.scheduled_at,
  }
}

export function jobRecordOf(row: JobRow): JobRecord {
  return {
    id: row.id,
    pipelineId: row.pipeline_id,
    projectId: row.project_id,
    name: row.name,
    groupName: row.group_name,
    stage: row.stage,
    stageIndex: row.stage_index,
    kind: row.kind,
    status: row.status,
    allowFailure: row.allow_failure === 1,
    isRetried: row.is_retried === 1,
    tags: JSON.parse(row.tags) as readonly string[],
    userId: row.user_id,
    runnerId: row.runner_id,
    lease: row.lease,
    hasBegun: row.has_begun === 1,
    failureReason: row.failure_reason,
    failureDetail: row.failure_detail,
    exitCode: row.exit_code,
    message: row.message,
    coverage: row.coverage,
    environment: row.environment,
    resourceGroup: row.resource_group,
    downstreamPipelineId: row.downstream_pipeline_id,
    createdAt: row.created_at,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    scheduledAt: row.scheduled_at,
    erasedAt: row.erased_at,
  }
}
