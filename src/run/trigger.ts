// From an event to a pipeline: a push, the API, a trigger token, a schedule, a bridge.
import type { PipelineSource } from './model.ts'
import type { PipelineRecord, Ref, RunVariable } from './records.ts'

export type RefChange = {
  readonly ref: Ref
  /** 40 zeros: created. */
  readonly before: string
  /** 40 zeros: deleted. */
  readonly after: string
}

export type Push = {
  readonly projectId: number
  /** Null: a deploy token or the server itself. */
  readonly userId: number | null
  readonly changes: readonly RefChange[]
  /** As git hands them over: `ci.skip`, `ci.variable=A=1`. */
  readonly pushOptions: readonly string[]
}

export type PipelineRequest = {
  readonly projectId: number
  readonly ref: Ref
  /** Null: what the ref points to now. */
  readonly sha: string | null
  /** 40 zeros when not known. */
  readonly beforeSha: string
  readonly source: PipelineSource
  readonly userId: number | null
  readonly variables: readonly RunVariable[]
  readonly inputs: Readonly<Record<string, unknown>>
  /** `git push -o ci.skip`. */
  readonly isSkipAsked: boolean
  readonly scheduleId: number | null
  readonly scheduleVariables: readonly RunVariable[]
  readonly scheduleDescription: string | null
  readonly triggerShortToken: string | null
  /** Of a child or downstream pipeline: the bridge. */
  readonly upstream: {
    readonly pipelineId: number
    readonly projectId: number
    readonly jobId: number
    readonly isChild: boolean
  } | null
  /** Stands for the repository's file: a child pipeline's `include`. */
  readonly config: string | null
}

/** `none`: valid, but nothing would run; nothing is kept. `invalid`: kept as a failed pipeline with its mistakes. */
export type PipelineCreation =
  | { readonly kind: 'created'; readonly pipeline: PipelineRecord }
  | { readonly kind: 'skipped'; readonly pipeline: PipelineRecord }
  | { readonly kind: 'invalid'; readonly pipeline: PipelineRecord }
  | {
      readonly kind: 'none'
      readonly reason: 'workflow' | 'no_jobs' | 'no_file' | 'ci_disabled' | 'no_commit' | 'forbidden'
      readonly message: string
    }

export type Trigger = {
  /** Never throws for what the file says. Answers the lines that git shows as `remote: …`. */
  readonly createForPush: (push: Push) => Promise<readonly string[]>
  /** Pushes whose pipeline was never made, as after a crash between the two. */
  readonly createMissing: () => Promise<void>
}
