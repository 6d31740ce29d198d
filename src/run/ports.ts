// What the run slice asks of the world around it. Its stores stand in store-ports.ts. All calls may run at the same
// time; every one that changes something is idempotent, because recovery is replaying it.
import type { Project, UserActor } from '../access/model.ts'
import type { CommitFacts, ServerFacts, UserFacts, Variable } from '../pipeline/context.ts'
import type { SourceFiles } from '../pipeline/ports.ts'
import type { JobPayload } from './protocol.ts'
import type { Ref } from './records.ts'

export type Clock = {
  readonly now: () => Date
  /** Calls `action` once at (or soon after) `at`; the answer takes it back. */
  readonly callAt: (at: Date, action: () => void) => () => void
}

/** One pending job that a runner may come for. */
export type WakeUp = {
  readonly pipelineId: number
  readonly jobId: number
  /** The lease that the next claim will give: it makes the entry's id differ after a requeue. */
  readonly lease: number
  readonly demandClass: string
}

/**
 * Wakes runners. Entries are hints and may be lost or come twice: the claim decides. `wake` of a job that is waiting in
 * the queue changes nothing. Neither call ever waits for a Redis that is away: it fails fast, and the tick repeats it.
 */
export type JobQueue = {
  readonly wake: (entries: readonly WakeUp[]) => Promise<void>
  /** True once after Redis lost what it held (`FLUSHALL`, a restart without its data): then wake everything that waits. */
  readonly hasForgotten: () => Promise<boolean>
  /** Tells the runner of a running job that it is to be canceled; only speed, heartbeats say it too. */
  readonly cancel: (jobId: number) => Promise<void>
}

/** `job:<id>:trace`, `pipeline:<id>`, `project:<id>`, `runners` */
export type LiveTopic = string

/** Fan-out to browsers and followers. Lossy: who lost a message reads the truth again. */
export type LiveBus = {
  /** `event` must survive JSON. */
  readonly publish: (topic: LiveTopic, event: unknown) => void
  readonly subscribe: (topic: LiveTopic, listener: (event: unknown) => void) => () => void
}

export type NamedRef = { readonly ref: Ref; readonly sha: string }

/** Facts of repositories. Null: there is no such ref, commit or file. */
export type Repositories = {
  /** The commit that a ref points to; of an annotated tag the commit behind it. */
  readonly resolve: (projectId: number, ref: Ref) => Promise<string | null>
  readonly refs: (projectId: number) => Promise<readonly NamedRef[]>
  /** `tag` asks for that tag's annotation, too. */
  readonly commit: (projectId: number, sha: string, tag: string | null) => Promise<CommitFacts | null>
  readonly readFile: (projectId: number, sha: string, path: string) => Promise<string | null>
  /** Paths that differ between two commits (two dots); null: one of them is not there. */
  readonly changedPaths: (projectId: number, before: string, after: string) => Promise<readonly string[] | null>
  /** The best common ancestor; null: there is none. */
  readonly mergeBase: (projectId: number, one: string, other: string) => Promise<string | null>
  /** Keeps the commit from being collected: `refs/pipelines/<id>`. */
  readonly keep: (projectId: number, pipelineId: number, sha: string) => Promise<void>
  readonly release: (projectId: number, pipelineId: number) => Promise<void>
  /** The commit of a merge request: `refs/merge-requests/<iid>/head`. */
  readonly pointMergeRequest: (projectId: number, iid: number, sha: string) => Promise<void>
  /** Files for `include`, `exists` and `compare_to`, seen with the eyes of `user`. */
  readonly sourceFiles: (place: {
    readonly projectId: number
    readonly sha: string
    readonly user: UserActor | null
    /** Whose artifacts `include: artifact` reads: the parent pipeline. */
    readonly parentPipelineId: number | null
  }) => SourceFiles
}

/** People and projects, from the accounts. */
export type Directory = {
  readonly project: (key: number | string) => Promise<ProjectFactsOfRun | null>
  readonly projectIds: () => Promise<readonly number[]>
  readonly user: (userId: number) => Promise<{ readonly facts: UserFacts; readonly actor: UserActor } | null>
  readonly isProtected: (projectId: number, ref: Ref) => Promise<boolean>
  /** The role of this person in the project as a number; 60 for an administrator, 0 for a stranger. */
  readonly levelOf: (userId: number, projectId: number) => Promise<number>
  /** May this person start pipelines on this ref of the project? */
  readonly mayRun: (userId: number, projectId: number, ref: Ref) => Promise<boolean>
}

export type ProjectFactsOfRun = {
  readonly project: Project
  readonly namespaceId: number
  /** Of all groups above it, for group runners. */
  readonly groupIds: readonly number[]
}

/** Variables of instance, groups and project, secrets and all; protected ones only where the ref is protected. */
export type VariablesSource = {
  readonly levels: (place: { readonly projectId: number; readonly isProtected: boolean }) => Promise<{
    readonly instance: readonly Variable[]
    /** Outer groups first. */
    readonly groups: readonly Variable[]
    readonly project: readonly Variable[]
  }>
}

/** Random tokens and their hashes (SHA-256, hex). */
export type Tokens = {
  readonly mint: (prefix: 'glcbt-' | 'slpl-') => { readonly token: string; readonly hash: string }
}

/** Signs JWTs with the server's key, whose public half is served; adds `jti`. */
export type IdTokens = { readonly sign: (claims: Readonly<Record<string, unknown>>) => Promise<string> }

export type ArchiveState =
  | { readonly kind: 'kept'; readonly filename: string; readonly sizeBytes: number }
  | { readonly kind: 'gone' }

/** What is kept of a pipeline's artifacts, by job. A job that never had an archive is not in the answer; `gone`: expired or erased. */
export type ArtifactFacts = {
  readonly archives: (pipelineId: number) => Promise<ReadonlyMap<number, ArchiveState>>
  /** A file in the archive of the newest job of this name in the pipeline; null: there is none, or it is very long. */
  readonly text: (place: {
    readonly pipelineId: number
    readonly job: string
    readonly path: string
  }) => Promise<string | null>
}

/** How jobs see this server. */
export type Surroundings = {
  readonly server: ServerFacts
  readonly registry: { readonly host: string; readonly tls: boolean; readonly ca: string | null } | null
  readonly serverHost: string
  readonly mirrors: JobPayload['slipway']['mirrors']
  /** `CI_REPOSITORY_URL` without credentials. */
  readonly repositoryUrl: (projectPath: string) => string
  readonly defaultTimeoutSeconds: number
}
