// The words of the state machine: what it knows of a pipeline, what can happen to it, and what it asks to be done.
import type { RetryPlan, When } from '../pipeline/model.ts'
import type { FailureDetail, FailureReason, JobOutcome, JobStatus, PipelineStatus } from './model.ts'
import type { RunVariable } from './records.ts'

/** What the machine needs of a `JobPlan`; the same for all attempts of a job. */
export type JobRule = {
  readonly name: string
  readonly stageIndex: number
  readonly kind: 'build' | 'bridge'
  readonly when: When
  readonly startInSeconds: number | null
  readonly allowFailure: boolean
  readonly allowFailureExitCodes: readonly number[] | null
  /** Null: by stage. A name that is not a job of the pipeline is an optional need that is absent. */
  readonly needs: readonly string[] | null
  readonly retry: RetryPlan
  readonly interruptible: boolean
  readonly resourceGroup: string | null
  /** The name of the environment that it deploys to (or stops, …). */
  readonly environment: string | null
  /** Of a bridge: whether it follows its downstream pipeline. */
  readonly strategy: 'depend' | 'mirror' | null
}

/** One attempt of a job. */
export type JobState = {
  readonly id: number
  readonly rule: JobRule
  readonly status: JobStatus
  /** The class of runners that may take it: names its queue. */
  readonly demandClass: string
  /** The rule's, or true after an exit code that is forgiven. */
  readonly allowFailure: boolean
  /** How many older attempts there are. */
  readonly attempt: number
  readonly isRetried: boolean
  /** Played or retried by hand: a manual or delayed job does not wait again. */
  readonly startsAtOnce: boolean
  readonly userId: number | null
  readonly runnerId: number | null
  readonly lease: number
  readonly hasBegun: boolean
  readonly failureReason: FailureReason | null
  readonly failureDetail: FailureDetail | null
  readonly exitCode: number | null
  readonly message: string | null
  readonly coverage: number | null
  readonly downstreamPipelineId: number | null
  readonly createdAt: string
  readonly queuedAt: string | null
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly scheduledAt: string | null
}

export type PipelineState = {
  readonly status: PipelineStatus
  readonly hasWarnings: boolean
  readonly startedAt: string | null
  readonly finishedAt: string | null
}

export type RunSnapshot = {
  readonly pipelineId: number
  readonly projectId: number
  readonly version: number
  readonly pipeline: PipelineState
  /** The bridge that made this pipeline. */
  readonly sourceJobId: number | null
  readonly onJobFailure: 'none' | 'all'
  readonly onNewCommit: 'conservative' | 'interruptible' | 'none'
  /** The latest attempts. */
  readonly jobs: readonly JobState[]
}

export type RunEvent =
  | { readonly type: 'start' }
  | { readonly type: 'claimed'; readonly jobId: number; readonly runnerId: number }
  /** The durable mark before the first byte of the script. */
  | { readonly type: 'begun'; readonly jobId: number }
  /** `newJobId`: for the row of an automatic retry. */
  | {
      readonly type: 'finished'
      readonly jobId: number
      readonly outcome: JobOutcome
      readonly coverage: number | null
      readonly newJobId: number
    }
  /** The runner is lost before the script began. */
  | { readonly type: 'requeued'; readonly jobId: number }
  | {
      readonly type: 'dropped'
      readonly jobId: number
      readonly reason: FailureReason
      readonly detail: FailureDetail | null
      readonly message: string
      readonly newJobId: number
    }
  | { readonly type: 'resource_acquired'; readonly jobId: number }
  | { readonly type: 'timer_due'; readonly jobId: number; readonly newJobId: number }
  | { readonly type: 'played'; readonly jobId: number; readonly userId: number | null }
  | { readonly type: 'unscheduled'; readonly jobId: number }
  | { readonly type: 'job_canceled'; readonly jobId: number; readonly force: boolean }
  | { readonly type: 'pipeline_canceled' }
  /** A newer commit made it redundant. */
  | { readonly type: 'superseded' }
  | { readonly type: 'job_retried'; readonly jobId: number; readonly newJobId: number; readonly userId: number | null }
  /** `newJobIds`: as many as `retryableCount` tells. */
  | { readonly type: 'pipeline_retried'; readonly newJobIds: readonly number[]; readonly userId: number | null }
  | { readonly type: 'downstream_created'; readonly jobId: number; readonly downstreamPipelineId: number }
  | {
      readonly type: 'downstream_changed'
      readonly jobId: number
      readonly downstreamPipelineId: number
      readonly status: PipelineStatus
      readonly newJobId: number
    }

/** What is to be done after the change is saved. Replaying one is harmless. */
export type Effect =
  /** `lease`: that the next claim will give. */
  | { readonly type: 'enqueue'; readonly jobId: number; readonly lease: number; readonly demandClass: string }
  | { readonly type: 'cancel_running'; readonly jobId: number }
  | { readonly type: 'start_timer'; readonly jobId: number; readonly at: string }
  | { readonly type: 'request_resource'; readonly jobId: number; readonly key: string }
  | { readonly type: 'release_resource'; readonly jobId: number; readonly key: string }
  | { readonly type: 'create_downstream'; readonly jobId: number }
  | { readonly type: 'cancel_downstream'; readonly jobId: number; readonly downstreamPipelineId: number }
  | { readonly type: 'tell_upstream'; readonly jobId: number; readonly status: PipelineStatus }

export type Transition = {
  readonly changed: readonly JobState[]
  readonly added: readonly JobState[]
  readonly pipeline: PipelineState
  readonly effects: readonly Effect[]
}

/** Transitions as they are saved, in one transaction. */
export type RunChange = {
  readonly pipelineId: number
  readonly projectId: number
  /** The version that this builds on; the saved one is one more. */
  readonly version: number
  readonly at: string
  readonly changed: readonly JobState[]
  readonly added: readonly (JobState & { readonly retriedJobId: number })[]
  readonly pipeline: PipelineState
  readonly played: readonly PlayedJob[]
  readonly claims: readonly ClaimedJob[]
}

/** A job that somebody played with variables. */
export type PlayedJob = { readonly jobId: number; readonly variables: readonly RunVariable[] }

export type ClaimedJob = {
  readonly jobId: number
  readonly nonce: string
  readonly jobTokenHash: string
  readonly leaseTokenHash: string
}
