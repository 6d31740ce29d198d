// What the compiler hands over: the plan of a pipeline, and what was wrong or left out. Plain data that survives
// JSON. The names follow the public contract of `slipway plan --json`.

export type When = 'on_success' | 'on_failure' | 'always' | 'manual' | 'delayed'

export type CompileResult = InvalidResult | NotCreatedResult | CreatedResult

export interface InvalidResult {
  readonly valid: false
  readonly errors: readonly Diagnostic[]
  readonly warnings: readonly Diagnostic[]
}

/** Valid, but nothing would run. The server keeps a skipped pipeline for `skip`, nothing for the others. */
export interface NotCreatedResult {
  readonly valid: true
  readonly created: false
  readonly reason: 'workflow' | 'skip' | 'no_jobs'
  readonly message: string
  readonly warnings: readonly Diagnostic[]
  readonly explanations: readonly Explanation[]
  readonly leftOut: readonly LeftOutJob[]
}

export interface CreatedResult {
  readonly valid: true
  readonly created: true
  readonly plan: Plan
  readonly warnings: readonly Diagnostic[]
}

/** A mistake or a warning: the place in the file is 1-based; `path` is the way through the document (`test1:script`). */
export interface Diagnostic {
  readonly message: string
  readonly path: string
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Plan {
  readonly name: string | null
  /** Stages of the jobs that are in, in order. */
  readonly stages: readonly string[]
  /** In order of stage, then of the file. */
  readonly jobs: readonly JobPlan[]
  readonly leftOut: readonly LeftOutJob[]
  /** One for each job of the file (each instance of a parallel one), in or out; and one named `workflow` if it has rules. */
  readonly explanations: readonly Explanation[]
  readonly autoCancel: AutoCancel
  /** Root variables with those of the matching workflow rule, not expanded: what a bridge forwards, and forms show. */
  readonly variables: readonly RootVariable[]
}

export interface RootVariable extends YamlVariable {
  /** For the form that starts a pipeline by hand. */
  readonly description: string | null
  readonly options: readonly string[]
}

export interface AutoCancel {
  readonly onNewCommit: 'conservative' | 'interruptible' | 'none'
  readonly onJobFailure: 'none' | 'all'
}

export interface LeftOutJob {
  readonly name: string
  readonly reason: string
}

export interface JobPlan {
  readonly name: string
  /** The name without the suffix of `parallel`. */
  readonly groupName: string
  readonly stage: string
  readonly stageIndex: number
  readonly when: When
  readonly startInSeconds: number | null
  readonly allowFailure: boolean
  readonly allowFailureExitCodes: readonly number[] | null
  readonly manualConfirmation: string | null
  /** null: by stage; a list, even an empty one: the job starts when these are done. */
  readonly needs: readonly Need[] | null
  /** Artifacts asked from other pipelines: `needs: {pipeline: $ID, job}`. */
  readonly upstreamNeeds: readonly UpstreamNeed[]
  readonly dependencies: readonly string[] | null
  readonly image: ImagePlan | null
  readonly services: readonly ServicePlan[]
  readonly beforeScript: readonly string[]
  readonly script: readonly string[]
  readonly afterScript: readonly string[]
  readonly hooks: { readonly preGetSourcesScript: readonly string[] }
  /** The YAML-defined keys of this job with the value that the job will see. */
  readonly variables: Readonly<Record<string, string>>
  /** The YAML-defined variables of this job as written, all YAML levels merged: the input of `jobVariables`. */
  readonly yamlVariables: readonly YamlVariable[]
  /** Predefined variables of both eras; what only a run knows (ids, tokens) is an empty text. */
  readonly predefined: Readonly<Record<string, string>>
  readonly tags: readonly string[]
  readonly timeoutSeconds: number
  readonly retry: RetryPlan
  readonly interruptible: boolean
  readonly resourceGroup: string | null
  readonly environment: EnvironmentPlan | null
  readonly artifacts: ArtifactsPlan | null
  readonly cache: readonly CachePlan[]
  readonly coverage: string | null
  readonly trigger: TriggerPlan | null
  readonly release: ReleasePlan | null
  readonly pages: PagesPlan | null
  readonly idTokens: readonly IdTokenPlan[]
  readonly parallel: ParallelPlan | null
  readonly source: SourcePlace
}

export interface SourcePlace {
  readonly file: string
  readonly line: number
}

export interface Need {
  readonly job: string
  readonly artifacts: boolean
  readonly optional: boolean
}

export interface UpstreamNeed {
  /** A pipeline's id, expanded (`$PARENT_PIPELINE_ID`). */
  readonly pipeline: string
  /** null: only the status of that pipeline is followed. */
  readonly job: string | null
  readonly artifacts: boolean
}

/** Names are as written: the runner expands variables in them. */
export interface ImagePlan {
  readonly name: string
  readonly entrypoint: readonly string[] | null
  readonly pullPolicy: readonly PullPolicy[] | null
  readonly platform: string | null
  readonly user: string | null
}

export type PullPolicy = 'always' | 'if-not-present' | 'never'

export interface ServicePlan extends ImagePlan {
  /** Host names: those asked for, else those derived from the image's name. */
  readonly alias: readonly string[]
  readonly command: readonly string[] | null
  readonly variables: Readonly<Record<string, string>>
}

export interface YamlVariable {
  readonly key: string
  readonly value: string
  /** `expand: false`. */
  readonly raw: boolean
}

export interface RetryPlan {
  readonly max: number
  readonly when: readonly string[]
  readonly exitCodes: readonly number[]
}

export interface EnvironmentPlan {
  /** Expanded. */
  readonly name: string
  readonly slug: string
  /** As written: expanded once more after the job, with its dotenv values. */
  readonly url: string | null
  readonly action: 'start' | 'prepare' | 'stop' | 'verify' | 'access'
  readonly onStop: string | null
  readonly autoStopIn: string | null
  readonly deploymentTier: 'production' | 'staging' | 'testing' | 'development' | 'other'
}

export interface ArtifactsPlan {
  readonly name: string
  readonly paths: readonly string[]
  readonly exclude: readonly string[]
  readonly untracked: boolean
  readonly when: 'on_success' | 'on_failure' | 'always'
  /** null: the instance's default. */
  readonly expireInSeconds: number | 'never' | null
  readonly exposeAs: string | null
  readonly access: 'all' | 'developer' | 'maintainer' | 'none'
  readonly reports: readonly ReportPlan[]
}

export interface ReportPlan {
  /** `junit`, `dotenv`, `coverage_report`, … */
  readonly type: string
  readonly paths: readonly string[]
  /** `cobertura` or `jacoco` for a coverage report. */
  readonly format: string | null
}

export interface CachePlan {
  readonly key: string | CacheKeyFiles
  readonly paths: readonly string[]
  readonly untracked: boolean
  /** `pull-push`, `pull`, `push`, or a text with a variable. */
  readonly policy: string
  readonly when: 'on_success' | 'on_failure' | 'always'
  readonly fallbackKeys: readonly string[]
  readonly unprotect: boolean
}

export interface CacheKeyFiles {
  readonly files: readonly string[]
  readonly prefix: string | null
  /** By the files' contents, or by the last commits that touched them (`files_commits`). */
  readonly by: 'content' | 'commit'
}

export interface TriggerPlan {
  /** A downstream project, expanded; null for a child pipeline. */
  readonly project: string | null
  readonly branch: string | null
  /** `JSON.stringify({ include })` is the child pipeline's configuration. */
  readonly include: readonly Readonly<Record<string, unknown>>[] | null
  readonly strategy: 'depend' | 'mirror' | null
  readonly forward: { readonly yamlVariables: boolean; readonly pipelineVariables: boolean }
  readonly inputs: Readonly<Record<string, unknown>>
}

export interface ReleasePlan {
  readonly tagName: string
  readonly tagMessage: string | null
  readonly name: string | null
  readonly description: string
  readonly ref: string | null
  readonly milestones: readonly string[]
  readonly releasedAt: string | null
  readonly links: readonly ReleaseLink[]
}

export interface ReleaseLink {
  readonly name: string
  readonly url: string
  readonly filepath: string | null
  readonly linkType: string | null
}

export interface PagesPlan {
  readonly publish: string
  readonly pathPrefix: string | null
  readonly expireIn: string | null
}

export interface IdTokenPlan {
  readonly key: string
  /** Expanded. */
  readonly audiences: readonly string[]
}

export interface ParallelPlan {
  readonly index: number
  readonly total: number
  /** null for `parallel: N`. */
  readonly matrix: Readonly<Record<string, string>> | null
}

/** Why a job is in or out. */
export interface Explanation {
  readonly job: string
  readonly included: boolean
  readonly decidedBy: 'rules' | 'only' | 'except' | 'nothing'
  /** One sentence: `only: master (ref is feature/x)`, `rule 2: $CI_COMMIT_TAG (is not set)`. */
  readonly reason: string
  /** 1-based number of the rule that decided. */
  readonly rule: number | null
  readonly clauses: readonly ClauseTrace[]
}

/** One condition that was looked at, in the order of looking. */
export interface ClauseTrace {
  /** 1-based number of the rule; null for only and except. */
  readonly rule: number | null
  /** `if`, `changes`, `exists`, `only:refs`, `except:variables`, … */
  readonly clause: string
  readonly text: string
  readonly matched: boolean
  /** The variables it read: null is "not set". */
  readonly values: Readonly<Record<string, string | null>>
  /** What else it looked at: `no diff is known`, `changed: src/a`. */
  readonly note: string | null
  readonly line: number
}
