// The rows of run state as others read them. Times are ISO 8601 in UTC; ids come from SQL.
import type { Diagnostic } from '../pipeline/model.ts'
import type { FailureDetail, FailureReason, JobStatus, PipelineSource, PipelineStatus } from './model.ts'

export type Ref = { readonly kind: 'branch' | 'tag'; readonly name: string }

export type PipelineRecord = {
  readonly id: number
  readonly projectId: number
  /** Counts per project. */
  readonly iid: number
  readonly ref: Ref
  readonly sha: string
  /** 40 zeros when there is none. */
  readonly beforeSha: string
  readonly source: PipelineSource
  readonly status: PipelineStatus
  /** "Passed with warnings": a failure was forgiven. */
  readonly hasWarnings: boolean
  readonly name: string | null
  /** Who started it. */
  readonly userId: number | null
  readonly isProtected: boolean
  readonly commitTitle: string
  readonly stages: readonly string[]
  /** Mistakes of the file, when the pipeline failed for them and has no jobs. */
  readonly errors: readonly Diagnostic[]
  readonly warnings: readonly Diagnostic[]
  readonly parentPipelineId: number | null
  /** The job (`trigger:`) that made it. */
  readonly sourceJobId: number | null
  readonly scheduleId: number | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  /** Seconds in which at least one job ran; null until the end. */
  readonly durationSeconds: number | null
  readonly queuedSeconds: number | null
  /** Mean of the jobs that tell theirs. */
  readonly coverage: number | null
  /** Grows with every change. */
  readonly version: number
}

export type JobRecord = {
  readonly id: number
  readonly pipelineId: number
  readonly projectId: number
  readonly name: string
  readonly groupName: string
  readonly stage: string
  readonly stageIndex: number
  /** `bridge`: a `trigger:` job, which no runner takes. */
  readonly kind: 'build' | 'bridge'
  readonly status: JobStatus
  readonly allowFailure: boolean
  /** True: a newer row of the same name stands for it. */
  readonly isRetried: boolean
  readonly tags: readonly string[]
  readonly userId: number | null
  readonly runnerId: number | null
  /** Counts the times that a runner took this row. */
  readonly lease: number
  /** The script had begun: this attempt never runs again. */
  readonly hasBegun: boolean
  readonly failureReason: FailureReason | null
  readonly failureDetail: FailureDetail | null
  readonly exitCode: number | null
  /** One sentence for people about how it ended. */
  readonly message: string | null
  readonly coverage: number | null
  readonly environment: string | null
  readonly resourceGroup: string | null
  readonly downstreamPipelineId: number | null
  readonly createdAt: string
  readonly queuedAt: string | null
  readonly startedAt: string | null
  readonly finishedAt: string | null
  /** When a delayed job starts. */
  readonly scheduledAt: string | null
  readonly erasedAt: string | null
}

export type RunnerScope = 'instance' | 'group' | 'project'

export type RunnerRecord = {
  readonly id: number
  readonly description: string
  readonly tags: readonly string[]
  readonly runUntagged: boolean
  readonly isPaused: boolean
  /** Takes jobs of protected refs only. */
  readonly isProtectedOnly: boolean
  readonly scope: RunnerScope
  /** Of a project runner: the projects it works for; of a group runner: all projects of its groups. */
  readonly projectIds: readonly number[]
  readonly groupIds: readonly number[]
  readonly contactedAt: string | null
  readonly version: string | null
  readonly platform: string | null
  readonly architecture: string | null
  readonly createdAt: string
}

export type RunVariable = {
  readonly key: string
  readonly value: string
  readonly type: 'env_var' | 'file'
  readonly raw: boolean
}

export type ScheduleRecord = {
  readonly id: number
  readonly projectId: number
  readonly description: string
  readonly ref: string
  readonly cron: string
  /** IANA name. */
  readonly timezone: string
  readonly isActive: boolean
  readonly ownerId: number
  readonly nextRunAt: string | null
  readonly lastPipelineId: number | null
  readonly variables: readonly RunVariable[]
  readonly inputs: Readonly<Record<string, unknown>>
  readonly createdAt: string
  readonly updatedAt: string
}

export type TriggerRecord = {
  readonly id: number
  readonly projectId: number
  readonly description: string
  readonly ownerId: number
  readonly tokenHash: string
  /** The first four characters of the token after its prefix: `CI_TRIGGER_SHORT_TOKEN`. */
  readonly shortToken: string
  readonly createdAt: string
  readonly lastUsedAt: string | null
}

export type EnvironmentRecord = {
  readonly id: number
  readonly projectId: number
  readonly name: string
  readonly slug: string
  readonly externalUrl: string | null
  readonly tier: string
  readonly state: 'available' | 'stopping' | 'stopped'
  readonly autoStopAt: string | null
  /** The job that stops it (`on_stop`), of the last deployment. */
  readonly stopJobId: number | null
  readonly createdAt: string
  readonly updatedAt: string
}

export type DeploymentStatus = 'created' | 'blocked' | 'running' | 'success' | 'failed' | 'canceled' | 'skipped'

export type DeploymentRecord = {
  readonly id: number
  /** Counts per project. */
  readonly iid: number
  readonly projectId: number
  readonly environmentId: number
  /** Null, and the pipeline's, too: another tool made it, and told of it. */
  readonly jobId: number | null
  readonly pipelineId: number | null
  readonly ref: Ref
  readonly sha: string
  readonly userId: number | null
  readonly status: DeploymentStatus
  readonly createdAt: string
  readonly updatedAt: string
  readonly finishedAt: string | null
}

export const resourceModes = ['unordered', 'oldest_first', 'newest_first', 'newest_ready_first'] as const
export type ResourceMode = (typeof resourceModes)[number]

export type ResourceGroupRecord = {
  readonly id: number
  readonly projectId: number
  readonly key: string
  readonly mode: ResourceMode
  readonly holderJobId: number | null
  readonly createdAt: string
}

/** An image that a job pushed to our registry. */
export type PushedImage = {
  readonly jobId: number
  readonly pipelineId: number
  /** Path in the registry, without host and tag. */
  readonly repository: string
  readonly tag: string | null
  readonly digest: string
}
