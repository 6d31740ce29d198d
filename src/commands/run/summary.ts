// How a run ended: for each job its state, how long it took, and what there is to say. Pure.
import type { JobState } from '../../run/machine-model.ts'
import type { JobStatus, PipelineStatus } from '../../run/model.ts'
import { type RunningPipeline, titleOf } from './local-run.ts'

/** The public JSON of `slipway run --json`. Its keys are a contract: add, never change. */
export type RunSummary = {
  readonly valid: true
  readonly created: true
  readonly pipeline: PipelineStatus
  /** "Passed with warnings": a failure was allowed. */
  readonly warnings: boolean
  readonly durationSeconds: number
  readonly jobs: readonly JobSummary[]
}

export type JobSummary = {
  /** Of a child pipeline: `bridge › job`. */
  readonly name: string
  readonly stage: string
  readonly status: JobStatus
  readonly allowFailure: boolean
  readonly manual: boolean
  /** 1 unless it was tried again. */
  readonly attempts: number
  readonly exitCode: number | null
  readonly failureReason: string | null
  readonly failureDetail: string | null
  readonly message: string | null
  readonly coverage: number | null
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly durationSeconds: number | null
}

export function summaryOf(pipelines: readonly RunningPipeline[], durationMs: number): RunSummary {
  const state = pipelines[0]?.pipeline.state()
  return {
    valid: true,
    created: true,
    pipeline: state?.status ?? 'skipped',
    warnings: state?.hasWarnings ?? false,
    durationSeconds: Math.round(durationMs) / 1000,
    jobs: pipelines.flatMap(owner => owner.pipeline.jobs().map(job => jobSummary(owner, job))),
  }
}

/** 0: nothing failed that may not. What waits for somebody to play it is no failure. */
export function exitCodeOfRun({ pipeline }: RunSummary): number {
  return pipeline === 'failed' || pipeline === 'canceled' ? 1 : 0
}

function jobSummary(owner: RunningPipeline, job: JobState): JobSummary {
  const plan = owner.pipeline.planOf(job)
  const { startedAt, finishedAt } = job
  return {
    name: titleOf({ owner, job }),
    stage: plan.stage,
    status: job.status,
    allowFailure: job.allowFailure,
    manual: plan.when === 'manual',
    attempts: job.attempt + 1,
    exitCode: job.exitCode,
    failureReason: job.failureReason,
    failureDetail: job.failureDetail,
    message: job.message,
    coverage: job.coverage,
    startedAt,
    finishedAt,
    durationSeconds:
      startedAt === null || finishedAt === null ? null : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000,
  }
}
