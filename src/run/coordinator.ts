// The only writer of run state: load, transition, save if the version is unchanged, then effects.
import type { Log } from '../kit/log.ts'
import type { MergeRequestStore } from './merge-request-ports.ts'
import type { MergeRequests } from './merge-requests.ts'
import type { JobOutcome, Lease } from './model.ts'
import type {
  ArtifactFacts,
  Clock,
  Directory,
  IdTokens,
  JobQueue,
  LiveBus,
  Repositories,
  Surroundings,
  Tokens,
  VariablesSource,
} from './ports.ts'
import type { ProtectedEnvironmentStore } from './protected-environment-ports.ts'
import type { JobPayload } from './protocol.ts'
import type { JobRecord, PipelineRecord, PushedImage, RunnerRecord, RunVariable, ScheduleRecord } from './records.ts'
import type { MakeTag, ReleaseStore } from './release-ports.ts'
import type {
  EnvironmentStore,
  JobFactStore,
  LeaseStore,
  PendingJobs,
  ResourceGroupStore,
  RunnerStore,
  RunReader,
  RunStore,
  ScheduledJobs,
  ScheduleStore,
  ServedRefs,
} from './store-ports.ts'
import type { ToldDeployments } from './told-deployments.ts'
import type { PipelineCreation, PipelineRequest } from './trigger.ts'

export type ClaimWish = {
  /** Chosen by the runner, new for each wish: a repeated call gets the same job. */
  readonly nonce: string
  /** The job that the queue named; a hint. */
  readonly jobId: number | null
}

/** What a runner tells beside the outcome. */
export type FinishFacts = {
  readonly coverage: number | null
  /** Puts a sentence into the job's log: why a job fails whose script succeeded. */
  readonly tell?: (sentence: string) => Promise<void>
}

export type LeaseAnswer = 'running' | 'canceling' | 'stale'

/** Errors are AppErrors with the codes of `errors.ts`. Every method may be called again with the same arguments. */
export type Coordinator = {
  readonly createPipeline: (request: PipelineRequest) => Promise<PipelineCreation>
  /** Null: there is nothing for this runner now. */
  readonly claim: (runner: RunnerRecord, wish: ClaimWish) => Promise<JobPayload | null>
  /** The demand classes that this runner can serve now. */
  readonly classesFor: (runner: RunnerRecord) => Promise<readonly string[]>
  /** The durable mark that the script is about to run. */
  readonly begin: (lease: Lease) => Promise<LeaseAnswer>
  readonly heartbeat: (
    runnerId: number,
    leases: readonly Lease[],
  ) => Promise<{ readonly ended: readonly number[]; readonly canceling: readonly number[] }>
  /** Any other word under a lease (a trace chunk): keeps it alive. */
  readonly hear: (lease: Lease) => Promise<LeaseAnswer>
  readonly finish: (lease: Lease, outcome: JobOutcome, facts: FinishFacts) => Promise<'accepted' | 'stale'>

  readonly cancelJob: (jobId: number, options?: { readonly force?: boolean }) => Promise<JobRecord>
  readonly cancelPipeline: (pipelineId: number) => Promise<PipelineRecord>
  /** A new row; the old one stays, marked retried. */
  readonly retryJob: (jobId: number, by: { readonly userId: number | null }) => Promise<JobRecord>
  readonly retryPipeline: (pipelineId: number, by: { readonly userId: number | null }) => Promise<PipelineRecord>
  readonly playJob: (
    jobId: number,
    by: { readonly userId: number | null; readonly variables: readonly RunVariable[] },
  ) => Promise<JobRecord>
  readonly unscheduleJob: (jobId: number) => Promise<JobRecord>
  readonly deletePipeline: (pipelineId: number) => Promise<void>
  /** Before its project goes: what runs is canceled. Its rows go with the project's. */
  readonly endProject: (projectId: number) => Promise<void>

  /** The text of a job's `artifacts:reports:dotenv`. A mistake in it: AppError `dotenv_invalid`, and no variable is set. */
  readonly recordDotenv: (jobId: number, text: string) => Promise<void>
  readonly recordPushedImage: (image: Omit<PushedImage, 'pipelineId'>) => Promise<void>
  /** The pipeline of a merge request; the caller has seen to the right. */
  readonly runMergeRequest: MergeRequests['run']
  /** "Run now". */
  readonly runSchedule: (schedule: ScheduleRecord, by: { readonly userId: number | null }) => Promise<PipelineCreation>
  /** Marks it erased; its log and artifacts are removed by who keeps them. */
  readonly eraseJob: (jobId: number) => Promise<void>
  /** Plays its `on_stop` job when there is one. */
  readonly stopEnvironment: (environmentId: number, by: { readonly userId: number | null }) => Promise<void>
  /** Deployments of other tools. */
  readonly recordDeployment: ToldDeployments['record']
  readonly changeDeployment: ToldDeployments['change']

  /** At start, before the first claim: leases anew, effects again, pushes without their pipeline. */
  readonly recover: () => Promise<void>
  /** What time brings: delayed jobs, timeouts, lost runners, stuck jobs, schedules. Called every second or so. */
  readonly tick: () => Promise<void>
  /** Waits for what is going on; afterwards no call is answered. */
  readonly close: () => Promise<void>
}

/** Everything that run state is made of and for. */
export type CoordinatorDeps = {
  readonly store: RunStore
  readonly reader: RunReader
  readonly pending: PendingJobs
  readonly scheduled: ScheduledJobs
  readonly leaseStore: LeaseStore
  readonly runners: RunnerStore
  readonly schedules: ScheduleStore
  readonly environments: EnvironmentStore
  readonly resourceGroups: ResourceGroupStore
  readonly servedRefs: ServedRefs
  readonly jobFacts: JobFactStore
  readonly releases: ReleaseStore
  readonly makeTag: MakeTag
  readonly mergeRequests: MergeRequestStore
  readonly protectedEnvironments: ProtectedEnvironmentStore
  readonly repositories: Repositories
  readonly directory: Directory
  readonly variables: VariablesSource
  readonly artifacts: ArtifactFacts
  readonly tokens: Tokens
  /** Without it, a job that asks for `id_tokens` fails and says so. */
  readonly idTokens?: IdTokens
  readonly surroundings: Surroundings
  readonly queue: JobQueue
  readonly live: LiveBus
  readonly clock: Clock
  readonly log: Log
}
