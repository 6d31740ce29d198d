// The tables of pipelines, jobs and runners. Lists and objects stand as JSON text; what may be secret is sealed with the
// data folder's key. A job's definition is written once and shared by all attempts.
import type { Generated } from 'kysely'
import type { FailureDetail, FailureReason, JobStatus, PipelineSource, PipelineStatus } from '../../run/model.ts'
import type { DeploymentStatus, ResourceMode, RunnerScope } from '../../run/records.ts'
import type { CommitStatusTables } from './commit-status-tables.ts'
import type { HookTables } from './hook-tables.ts'
import type { MergeRequestTables } from './merge-request-tables.ts'
import type { ProtectedEnvironmentTables } from './protected-environment-tables.ts'
import type { ReleaseTables } from './release-tables.ts'

type RefKind = 'branch' | 'tag'

export type RunTables = PipelineTables &
  ReleaseTables &
  MergeRequestTables &
  ProtectedEnvironmentTables &
  HookTables &
  CommitStatusTables

type PipelineTables = {
  /** `job`, `pipeline:<project>`, `deployment:<project>`: the last number given. */
  readonly run_counter: { name: string; value: number }
  readonly pipeline: {
    id: Generated<number>
    project_id: number
    iid: number
    ref_kind: RefKind
    ref_name: string
    sha: string
    before_sha: string
    source: PipelineSource
    status: PipelineStatus
    has_warnings: 0 | 1
    name: string | null
    user_id: number | null
    is_protected: 0 | 1
    commit_title: string
    stages: string
    parent_pipeline_id: number | null
    source_job_id: number | null
    schedule_id: number | null
    on_job_failure: 'none' | 'all'
    on_new_commit: 'conservative' | 'interruptible' | 'none'
    created_at: string
    updated_at: string
    started_at: string | null
    finished_at: string | null
    duration_seconds: number | null
    queued_seconds: number | null
    coverage: number | null
    version: number
  }
  readonly pipeline_detail: {
    pipeline_id: number
    errors: string
    warnings: string
    explanation: string
    context: string
    yaml_variables: string
  }
  readonly pipeline_variable: { pipeline_id: number; position: number; sealed: Uint8Array }
  readonly job_definition: { id: Generated<number>; pipeline_id: number; rule: string; plan: string }
  readonly job: {
    id: number
    pipeline_id: number
    project_id: number
    definition_id: number
    name: string
    group_name: string
    stage: string
    stage_index: number
    kind: 'build' | 'bridge'
    status: JobStatus
    allow_failure: 0 | 1
    attempt: number
    is_retried: 0 | 1
    starts_at_once: 0 | 1
    tags: string
    demand_class: string
    priority: number
    user_id: number | null
    runner_id: number | null
    lease: number
    has_begun: 0 | 1
    failure_reason: FailureReason | null
    failure_detail: FailureDetail | null
    exit_code: number | null
    message: string | null
    coverage: number | null
    environment: string | null
    resource_group: string | null
    downstream_pipeline_id: number | null
    timeout_seconds: number
    job_token_hash: string | null
    lease_token_hash: string | null
    created_at: string
    queued_at: string | null
    started_at: string | null
    finished_at: string | null
    scheduled_at: string | null
    erased_at: string | null
  }
  /** `manual`: entered when it was played; `dotenv`: left by its `artifacts:reports:dotenv`. */
  readonly job_variable: { job_id: number; origin: 'manual' | 'dotenv'; position: number; sealed: Uint8Array }
  /** A claim that is repeated gets the same job. */
  readonly job_claim: { runner_id: number; nonce: string; job_id: number; lease: number; at: string }
  readonly pushed_image: {
    id: Generated<number>
    job_id: number
    pipeline_id: number
    repository: string
    tag: string | null
    digest: string
    at: string
  }
  /** All classes of demand that jobs have had. */
  readonly demand_class: { key: string; tags: string; is_protected: 0 | 1; project_id: number | null }
  readonly runner: {
    id: Generated<number>
    token_hash: string
    description: string
    tags: string
    run_untagged: 0 | 1
    is_paused: 0 | 1
    is_protected_only: 0 | 1
    scope: RunnerScope
    contacted_at: string | null
    version: string | null
    platform: string | null
    architecture: string | null
    created_at: string
  }
  readonly runner_project: { runner_id: number; project_id: number }
  readonly runner_group: { runner_id: number; group_id: number }
  readonly pipeline_schedule: {
    id: Generated<number>
    project_id: number
    description: string
    ref: string
    cron: string
    timezone: string
    is_active: 0 | 1
    owner_id: number
    next_run_at: string | null
    last_pipeline_id: number | null
    variables_sealed: Uint8Array
    inputs: string
    created_at: string
    updated_at: string
  }
  readonly pipeline_trigger: {
    id: Generated<number>
    project_id: number
    description: string
    owner_id: number
    token_hash: string
    short_token: string
    created_at: string
    last_used_at: string | null
  }
  readonly environment: {
    id: Generated<number>
    project_id: number
    name: string
    slug: string
    external_url: string | null
    tier: string
    state: 'available' | 'stopping' | 'stopped'
    auto_stop_at: string | null
    stop_job_id: number | null
    created_at: string
    updated_at: string
  }
  readonly deployment: {
    id: Generated<number>
    iid: number
    project_id: number
    environment_id: number
    job_id: number | null
    pipeline_id: number | null
    ref_kind: RefKind
    ref_name: string
    sha: string
    user_id: number | null
    status: DeploymentStatus
    created_at: string
    updated_at: string
    finished_at: string | null
  }
  readonly resource_group: {
    id: Generated<number>
    project_id: number
    key: string
    mode: ResourceMode
    holder_job_id: number | null
    created_at: string
  }
  /** Pushes that were let in, until their refs are served. `changes` and `push_options` are JSON. */
  readonly push_note: {
    id: Generated<number>
    project_id: number
    user_id: number | null
    changes: string
    push_options: string
    at: string
  }
  /** The commit of each ref whose push has been answered with its pipeline. */
  readonly served_ref: { project_id: number; ref_kind: RefKind; ref_name: string; sha: string }
}
