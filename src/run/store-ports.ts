// The stores of run state. The coordinator alone writes pipelines and jobs (`RunStore`); everybody may read (`RunReader`).
import type { AutoCancel, Explanation, JobPlan, LeftOutJob } from '../pipeline/model.ts'
import type { JobState, PipelineState, RunChange, RunSnapshot } from './machine-model.ts'
import type { JobStatus, Lease, PipelineSource, PipelineStatus } from './model.ts'
import type {
  DeploymentRecord,
  EnvironmentRecord,
  JobRecord,
  PipelineRecord,
  PushedImage,
  Ref,
  ResourceGroupRecord,
  ResourceMode,
  RunnerRecord,
  RunVariable,
  ScheduleRecord,
  TriggerRecord,
} from './records.ts'

export type Page = { readonly page: number; readonly perPage: number }
export type Listed<T> = { readonly items: readonly T[]; readonly total: number }

export const pipelineOrders = ['id', 'status', 'ref', 'updated_at', 'user_id'] as const
export type PipelineOrder = (typeof pipelineOrders)[number]

export type PipelineFilter = {
  readonly projectId?: number
  readonly ref?: string
  readonly sha?: string
  readonly statuses?: readonly PipelineStatus[]
  readonly source?: PipelineSource
  readonly scheduleId?: number
  readonly userId?: number
  readonly name?: string
  readonly updatedAfter?: string
  readonly updatedBefore?: string
  /** Child pipelines are left out unless asked for. */
  readonly withChildren?: boolean
  /** Only the newest of each branch, or of each tag. */
  readonly latestOf?: 'branch' | 'tag'
  /** Did the file have mistakes? */
  readonly hasErrors?: boolean
  readonly createdAfter?: string
  readonly createdBefore?: string
  readonly order?: PipelineOrder
  readonly ascending?: boolean
}

export type JobFilter = {
  readonly pipelineId?: number
  readonly projectId?: number
  readonly runnerId?: number
  readonly kind?: 'build' | 'bridge'
  readonly statuses?: readonly JobStatus[]
  readonly name?: string
  /** Older attempts, too. */
  readonly includeRetried?: boolean
  readonly ascending?: boolean
}

export type PipelineExplanation = {
  readonly explanations: readonly Explanation[]
  readonly leftOut: readonly LeftOutJob[]
}

/** Reads for API, web and payloads. Null: there is none. */
export type RunReader = {
  readonly pipeline: (id: number) => Promise<PipelineRecord | null>
  readonly pipelines: (filter: PipelineFilter, page: Page) => Promise<Listed<PipelineRecord>>
  readonly latestPipeline: (projectId: number, ref: string, status?: PipelineStatus) => Promise<PipelineRecord | null>
  readonly children: (pipelineId: number) => Promise<readonly PipelineRecord[]>
  /** The pipeline that a bridge made. */
  readonly downstreamOf: (jobId: number) => Promise<PipelineRecord | null>
  readonly explanation: (pipelineId: number) => Promise<PipelineExplanation | null>
  readonly pipelineVariables: (pipelineId: number) => Promise<readonly RunVariable[]>
  readonly job: (id: number) => Promise<JobRecord | null>
  readonly jobs: (filter: JobFilter, page: Page) => Promise<Listed<JobRecord>>
  /** All jobs of a pipeline in order of stage and id. */
  readonly jobsOfPipeline: (pipelineId: number, includeRetried: boolean) => Promise<readonly JobRecord[]>
  readonly jobPlan: (jobId: number) => Promise<JobPlan | null>
  /** Of a pipeline's jobs by name. */
  readonly plansOf: (pipelineId: number, names: readonly string[]) => Promise<readonly JobPlan[]>
  /** What `NewPipeline.context` was, as JSON has it. */
  readonly context: (pipelineId: number) => Promise<unknown>
  readonly playVariables: (jobId: number) => Promise<readonly RunVariable[]>
  /** Of the newest successful pipeline of the ref: whose artifacts "latest" means. */
  readonly latestSuccessfulJob: (projectId: number, ref: string, jobName: string) => Promise<JobRecord | null>
  /** The job of a job token (`glcbt-`) or lease token (`slpl-`) by the token's hash, while it is alive. */
  readonly jobByToken: (hash: string) => Promise<TokenHolder | null>
  /** What its jobs left in dotenv reports, by job. */
  readonly dotenv: (pipelineId: number) => Promise<ReadonlyMap<number, readonly RunVariable[]>>
  readonly pushedImages: (pipelineId: number) => Promise<readonly PushedImage[]>
}

export type TokenHolder = {
  readonly kind: 'job' | 'lease'
  readonly job: JobRecord
  readonly isProtected: boolean
}

export type NewPipeline = {
  readonly projectId: number
  readonly ref: Ref
  readonly sha: string
  readonly beforeSha: string
  readonly source: PipelineSource
  readonly name: string | null
  readonly userId: number | null
  readonly isProtected: boolean
  readonly commitTitle: string
  readonly stages: readonly string[]
  readonly errors: PipelineRecord['errors']
  readonly warnings: PipelineRecord['warnings']
  readonly explanation: PipelineExplanation
  readonly autoCancel: AutoCancel
  readonly parentPipelineId: number | null
  readonly sourceJobId: number | null
  readonly scheduleId: number | null
  /** What a claim needs to build the variables again: `PipelineContext` without the levels of variables. */
  readonly context: unknown
  /** Root variables as written: what a bridge forwards. */
  readonly yamlVariables: unknown
  readonly variables: readonly RunVariable[]
  readonly createdAt: string
  readonly jobs: readonly JobPlan[]
  /** Of its jobs, until a person starts one by hand. */
  readonly priority: number
  /** All classes that its jobs are of. */
  readonly demandClasses: readonly DemandClass[]
  /** The push that it answers: its ref is marked as served in the same transaction. */
  readonly servedRef: { readonly ref: Ref; readonly sha: string } | null
}

export type CreatedPipeline = { readonly id: number; readonly iid: number; readonly firstJobId: number }

/**
 * Writes of the coordinator. `create` and `save` are one transaction each. `save` changes nothing and answers false
 * when the pipeline's version is not `change.version`.
 */
export type RunStore = {
  /**
   * Job `n` of `pipeline.jobs` gets the id `firstJobId + n`. `begin` is called inside the transaction with the new ids
   * and tells the state to begin with; it must not wait, and may be called twice.
   */
  readonly create: (
    pipeline: NewPipeline,
    begin: (created: CreatedPipeline) => { readonly pipeline: PipelineState; readonly jobs: readonly JobState[] },
  ) => Promise<CreatedPipeline>
  readonly load: (pipelineId: number) => Promise<RunSnapshot | null>
  readonly save: (change: RunChange) => Promise<boolean>
  /** An id for a row that is going to be made; not used, it is lost. */
  readonly reserveJobIds: (count: number) => Promise<number>
  readonly deletePipeline: (pipelineId: number) => Promise<void>
}

export type DemandClass = {
  readonly key: string
  readonly tags: readonly string[]
  readonly isProtected: boolean
  readonly projectId: number | null
}

export type PendingJob = {
  readonly pipelineId: number
  readonly jobId: number
  readonly lease: number
  readonly demandClass: string
  readonly queuedAt: string
}

/** What the claim, the recovery and the tick look for. */
export type PendingJobs = {
  readonly classes: () => Promise<readonly DemandClass[]>
  /** The job that should run next among the classes: priority, then the project with the fewest running jobs, then age. */
  readonly next: (wish: {
    readonly classes: readonly string[]
    /** Null: all projects. */
    readonly projectIds: readonly number[] | null
    readonly except: readonly number[]
  }) => Promise<PendingJob | null>
  /** In order of their ids, after `afterId`. */
  readonly queuedBefore: (time: string, afterId: number, limit: number) => Promise<readonly PendingJob[]>
  readonly claimByNonce: (runnerId: number, nonce: string) => Promise<Lease | null>
}

/** Delayed jobs that wait for their time. */
export type ScheduledJobs = {
  readonly all: () => Promise<readonly ScheduledJob[]>
  readonly due: (time: string) => Promise<readonly ScheduledJob[]>
}

export type ScheduledJob = { readonly pipelineId: number; readonly jobId: number; readonly at: string }

/** Leases of running jobs. When they were last heard of is kept in memory: a server that starts gives all of them anew. */
export type LeaseStore = {
  readonly running: () => Promise<readonly RunningJob[]>
  /** A repeated claim: the new tokens take the place of those that never arrived. False: the lease is over. */
  readonly replaceTokens: (
    lease: Lease,
    hashes: { readonly jobTokenHash: string; readonly leaseTokenHash: string },
  ) => Promise<boolean>
  /** Wishes that nobody repeats any more. */
  readonly forgetClaims: (before: string) => Promise<void>
}

export type RunningJob = {
  readonly pipelineId: number
  readonly jobId: number
  readonly lease: number
  readonly status: JobStatus
  readonly runnerId: number | null
  readonly hasBegun: boolean
  readonly startedAt: string
  readonly timeoutSeconds: number
}

export type RunnerFilter = {
  readonly scope?: RunnerRecord['scope']
  readonly isPaused?: boolean
  readonly tags?: readonly string[]
  /** Those that may work for this project. */
  readonly projectId?: number
  readonly groupId?: number
}

export type NewRunner = Pick<
  RunnerRecord,
  'description' | 'tags' | 'runUntagged' | 'isPaused' | 'isProtectedOnly' | 'scope' | 'projectIds' | 'groupIds'
>

export type RunnerStore = {
  readonly create: (runner: NewRunner, tokenHash: string, createdAt: string) => Promise<RunnerRecord>
  readonly byToken: (hash: string) => Promise<RunnerRecord | null>
  readonly byId: (id: number) => Promise<RunnerRecord | null>
  /** Are there runners of the project, or of its groups, beside those of the instance? */
  readonly hasOwn: (projectId: number) => Promise<boolean>
  readonly list: (filter: RunnerFilter, page: Page) => Promise<Listed<RunnerRecord>>
  readonly update: (id: number, change: Partial<NewRunner>) => Promise<RunnerRecord | null>
  readonly replaceToken: (id: number, tokenHash: string) => Promise<void>
  readonly delete: (id: number) => Promise<void>
  readonly contacted: (
    id: number,
    contact: {
      readonly at: string
      readonly version?: string
      readonly platform?: string
      readonly architecture?: string
    },
  ) => Promise<void>
}

export type NewSchedule = Omit<ScheduleRecord, 'id' | 'lastPipelineId' | 'createdAt' | 'updatedAt'>

export type ScheduleStore = {
  readonly create: (schedule: NewSchedule, at: string) => Promise<ScheduleRecord>
  readonly byId: (id: number) => Promise<ScheduleRecord | null>
  readonly list: (projectId: number, page: Page) => Promise<Listed<ScheduleRecord>>
  readonly update: (id: number, change: Partial<NewSchedule>, at: string) => Promise<ScheduleRecord | null>
  readonly delete: (id: number) => Promise<void>
  readonly due: (time: string) => Promise<readonly ScheduleRecord[]>
  /** False: another server took this run. */
  readonly advance: (id: number, from: string, to: string | null) => Promise<boolean>
  readonly ran: (id: number, pipelineId: number) => Promise<void>
}

export type TriggerStore = {
  readonly create: (trigger: Omit<TriggerRecord, 'id' | 'lastUsedAt'>) => Promise<TriggerRecord>
  readonly byToken: (hash: string) => Promise<TriggerRecord | null>
  readonly byId: (id: number) => Promise<TriggerRecord | null>
  readonly list: (projectId: number, page: Page) => Promise<Listed<TriggerRecord>>
  readonly update: (id: number, description: string) => Promise<TriggerRecord | null>
  readonly delete: (id: number) => Promise<void>
  readonly used: (id: number, at: string) => Promise<void>
}

export const deploymentOrders = ['id', 'iid', 'created_at', 'updated_at', 'finished_at', 'ref'] as const

export type DeploymentFilter = {
  readonly environment?: string
  readonly status?: DeploymentRecord['status']
  readonly updatedAfter?: string
  readonly updatedBefore?: string
  readonly order?: (typeof deploymentOrders)[number]
  /** Else the newest first. */
  readonly ascending?: boolean
}

/** What a job deploys. */
export type JobDeployment = Omit<DeploymentRecord, 'id' | 'iid' | 'jobId' | 'pipelineId'> & {
  readonly jobId: number
  readonly pipelineId: number
}

export type DeploymentStore = {
  readonly deployment: (id: number) => Promise<DeploymentRecord | null>
  readonly deploymentOfJob: (jobId: number) => Promise<DeploymentRecord | null>
  readonly deployments: (projectId: number, filter: DeploymentFilter, page: Page) => Promise<Listed<DeploymentRecord>>
  /** Has a pipeline that is newer than this one deployed another commit there? */
  readonly hasNewerSuccess: (
    projectId: number,
    environment: string,
    than: { readonly pipelineId: number; readonly sha: string },
  ) => Promise<boolean>
  /** By job: made once, then changed. */
  readonly upsertDeployment: (deployment: JobDeployment) => Promise<DeploymentRecord>
  readonly createDeployment: (deployment: Omit<DeploymentRecord, 'id' | 'iid'>) => Promise<DeploymentRecord>
  readonly changeDeployment: (
    deployment: DeploymentRecord,
    change: Pick<DeploymentRecord, 'status' | 'updatedAt' | 'finishedAt'>,
  ) => Promise<DeploymentRecord>
  readonly deleteDeployment: (id: number) => Promise<void>
}

export type EnvironmentStore = DeploymentStore & {
  readonly byId: (id: number) => Promise<EnvironmentRecord | null>
  readonly byName: (projectId: number, name: string) => Promise<EnvironmentRecord | null>
  readonly list: (
    projectId: number,
    filter: { readonly name?: string; readonly search?: string; readonly state?: EnvironmentRecord['state'] },
    page: Page,
  ) => Promise<Listed<EnvironmentRecord>>
  /** By project and name; what is not given stays. */
  readonly upsert: (
    environment: Pick<EnvironmentRecord, 'projectId' | 'name' | 'slug' | 'tier'> &
      Partial<Pick<EnvironmentRecord, 'externalUrl' | 'autoStopAt' | 'state' | 'stopJobId'>>,
    at: string,
  ) => Promise<EnvironmentRecord>
  readonly delete: (id: number) => Promise<void>
  readonly stopDue: (time: string) => Promise<readonly EnvironmentRecord[]>
}

export type ResourceGroupStore = {
  readonly byKey: (projectId: number, key: string) => Promise<ResourceGroupRecord | null>
  readonly list: (projectId: number, page: Page) => Promise<Listed<ResourceGroupRecord>>
  readonly setMode: (projectId: number, key: string, mode: ResourceMode) => Promise<ResourceGroupRecord | null>
  /** Gives the free resource to the job whose turn it is, in one transaction; null: taken, or nobody's turn. */
  readonly assign: (
    projectId: number,
    key: string,
    at: string,
  ) => Promise<{ readonly jobId: number; readonly pipelineId: number } | null>
  /** Frees it when this job holds it. */
  readonly release: (projectId: number, key: string, jobId: number) => Promise<boolean>
  /** Groups whose holder has ended or does not know that it holds, and groups for which a job waits. */
  readonly unsettled: () => Promise<readonly UnsettledGroup[]>
}

export type UnsettledGroup = {
  readonly projectId: number
  readonly key: string
  readonly endedHolderId: number | null
  readonly unaware: { readonly jobId: number; readonly pipelineId: number } | null
}

/** A push as it was announced, before git changed the refs. */
export type PushNote = {
  readonly projectId: number
  readonly userId: number | null
  readonly changes: readonly { readonly ref: Ref; readonly before: string; readonly after: string }[]
  readonly pushOptions: readonly string[]
}

/** Which refs have got their pipelines, and who pushed what: the outbox of pushes. */
export type ServedRefs = {
  /** Takes the place of what was announced before: pushes to one repository come one after the other. */
  readonly announce: (push: PushNote, at: string) => Promise<void>
  /** The last push, whether it got its pipelines or not. */
  readonly announced: (projectId: number) => Promise<PushNote | null>
  readonly of: (projectId: number) => Promise<readonly { readonly ref: Ref; readonly sha: string }[]>
  readonly mark: (projectId: number, ref: Ref, sha: string | null) => Promise<void>
}

/** Facts that jobs leave behind. */
export type JobFactStore = {
  readonly setDotenv: (jobId: number, variables: readonly RunVariable[]) => Promise<void>
  readonly addPushedImage: (image: PushedImage, at: string) => Promise<void>
  readonly erase: (jobId: number, at: string) => Promise<void>
}
