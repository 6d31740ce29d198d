// Everything that the compiler may know about the event and its surroundings. It is passed in whole; the compiler
// reads no clock, disk or network (files of repositories come through `SourceFiles` in ports.ts).

export const pipelineSources = [
  'push',
  'web',
  'trigger',
  'schedule',
  'api',
  'external',
  'chat',
  'webide',
  'pipeline',
  'parent_pipeline',
  'merge_request_event',
  'external_pull_request_event',
] as const
export type PipelineSource = (typeof pipelineSources)[number]

export interface PipelineContext {
  /** Branch or tag name, without `refs/…`; of a merge request: its source branch. */
  readonly ref: string
  readonly isTag: boolean
  readonly isRefProtected: boolean
  readonly sha: string
  /** 40 zeros when there is none. */
  readonly beforeSha: string
  readonly source: PipelineSource
  readonly configPath: string
  readonly project: ProjectFacts
  readonly commit: CommitFacts
  /** Who started it; null: nobody known. */
  readonly user: UserFacts | null
  readonly server: ServerFacts
  /** Paths that the event changed; null: not known, and then every `changes:` matches. */
  readonly changedPaths: readonly string[] | null
  readonly variables: VariableLevels
  /** Plans and explanations are kept and shown: whether values from outside of the file are left out of them. */
  readonly hidesVariableValues?: boolean
  readonly inputs: Readonly<Record<string, unknown>>
  readonly mergeRequest: MergeRequestFacts | null
  /** Of the branch: `group/project!1`. */
  readonly openMergeRequests?: readonly string[]
  readonly upstream: UpstreamFacts | null
  /** Of a tag that has a release, as far as it is known: to its jobs. */
  readonly releaseDescription?: string | null
  /** `git push -o ci.skip`. */
  readonly isSkipAsked: boolean
  readonly pipelineIid: string
  /** ISO 8601. */
  readonly createdAt: string
  readonly scheduleDescription: string | null
  /** The first four characters of the trigger token. */
  readonly triggerShortToken: string | null
  readonly defaultTimeoutSeconds: number
}

export interface ProjectFacts {
  readonly id: string
  /** `group/sub/project`. */
  readonly path: string
  readonly title: string
  readonly description: string
  readonly visibility: 'private' | 'internal' | 'public'
  readonly defaultBranch: string
  readonly namespaceId: string
  readonly topics: readonly string[]
  readonly repositoryLanguages: readonly string[]
}

export interface CommitFacts {
  readonly message: string
  /** `Name <mail>`. */
  readonly author: string
  /** ISO 8601. */
  readonly timestamp: string
  /** The annotation of a tag. */
  readonly tagMessage: string | null
}

export interface UserFacts {
  readonly id: string
  readonly login: string
  readonly name: string
  readonly email: string
}

export interface ServerFacts {
  /** As browsers and git see it, without a trailing slash. */
  readonly url: string
  readonly name: string
  readonly version: string
  readonly revision: string
  /** `host[:port]` as docker sees it; null: the project has no registry. */
  readonly registryHost: string | null
  readonly sshHost: string
  readonly sshPort: string
  readonly pagesDomain: string | null
}

export interface MergeRequestFacts {
  readonly id: string
  readonly iid: string
  readonly sourceBranch: string
  readonly sourceProjectId: string
  readonly sourceProjectPath: string
  readonly isSourceBranchProtected: boolean
  readonly targetBranch: string
  readonly isTargetBranchProtected: boolean
  readonly targetBranchSha: string
  readonly diffBaseSha: string
  readonly title: string
  readonly description: string
  readonly labels: readonly string[]
  readonly assignees: readonly string[]
  readonly milestone: string | null
  readonly isDraft: boolean
  readonly isSquashOnMerge: boolean
}

export interface UpstreamFacts {
  readonly pipelineId: string
  readonly projectId: string
  readonly jobId: string
}

/** The levels outside of the file, each in its own order: later entries win. */
export interface VariableLevels {
  readonly instance: readonly Variable[]
  /** Outer groups first. */
  readonly groups: readonly Variable[]
  readonly project: readonly Variable[]
  /** Trigger payload, web form, API, `-o ci.variable`, forwarded by a bridge. */
  readonly pipeline: readonly Variable[]
  readonly schedule: readonly Variable[]
}

export interface Variable {
  readonly key: string
  readonly value: string
  readonly raw?: boolean
  readonly masked?: boolean
  readonly file?: boolean
  readonly protected?: boolean
  /** `*` when absent. */
  readonly environmentScope?: string
}
