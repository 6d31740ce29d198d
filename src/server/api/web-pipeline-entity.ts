// Pipelines and jobs in the shape that the web pages need: one request shows a page.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Diagnostic, JobPlan } from '../../pipeline/model.ts'
import { compositeStatus, countJobs, hasWarnings } from '../../run/composite.ts'
import type { JobRecord, PipelineRecord } from '../../run/records.ts'
import { nullableInteger, nullableString } from '../schema.ts'
import type { Person } from './run-view.ts'
import { userBasic } from './user-entity.ts'

const nullableNumber = Type.Unsafe<number | null>({ type: ['number', 'null'] })
const diagnostics = Type.Array(
  Type.Object({
    message: Type.String(),
    path: Type.String(),
    file: Type.String(),
    line: Type.Integer(),
    column: Type.Integer(),
  }),
)

const rowFields = {
  id: Type.Integer(),
  iid: Type.Integer(),
  project_id: Type.Integer(),
  project_path: Type.String(),
  ref: Type.String(),
  tag: Type.Boolean(),
  sha: Type.String(),
  status: Type.String(),
  has_warnings: Type.Boolean(),
  source: Type.String(),
  name: nullableString,
  commit_title: Type.String(),
  user: Type.Union([userBasic, Type.Null()]),
  stages: Type.Array(
    Type.Object({ name: Type.String(), status: Type.String(), has_warnings: Type.Boolean(), jobs: Type.Integer() }),
  ),
  created_at: Type.String(),
  started_at: nullableString,
  finished_at: nullableString,
  duration: nullableNumber,
}

export const pipelineRow = Type.Object(rowFields)
export type PipelineRow = Static<typeof pipelineRow>

const downstream = Type.Object({ id: Type.Integer(), project_path: Type.String(), status: Type.String() })

const jobView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  group_name: Type.String(),
  stage: Type.String(),
  stage_index: Type.Integer(),
  kind: Type.String(),
  status: Type.String(),
  allow_failure: Type.Boolean(),
  is_retried: Type.Boolean(),
  needs: Type.Union([Type.Array(Type.String()), Type.Null()]),
  manual_confirmation: nullableString,
  failure_reason: nullableString,
  failure_detail: nullableString,
  message: nullableString,
  exit_code: nullableInteger,
  coverage: nullableNumber,
  environment: nullableString,
  tags: Type.Array(Type.String()),
  runner_id: nullableInteger,
  downstream_pipeline: Type.Union([downstream, Type.Null()]),
  created_at: Type.String(),
  queued_at: nullableString,
  started_at: nullableString,
  finished_at: nullableString,
  scheduled_at: nullableString,
})
export type JobView = Static<typeof jobView>

export const pipelineView = Type.Object({
  ...rowFields,
  before_sha: Type.String(),
  queued_duration: nullableNumber,
  coverage: nullableNumber,
  errors: diagnostics,
  warnings: diagnostics,
  parent: Type.Union([Type.Object({ id: Type.Integer(), project_path: Type.String() }), Type.Null()]),
  children: Type.Array(pipelineRow),
  jobs: Type.Array(jobView),
  images: Type.Array(
    Type.Object({
      job_id: Type.Integer(),
      job_name: Type.String(),
      repository: Type.String(),
      tag: nullableString,
      digest: Type.String(),
    }),
  ),
})

type RowParts = {
  readonly pipeline: PipelineRecord
  readonly projectPath: string
  readonly user: Person | null
  /** The newest attempt of each. */
  readonly jobs: readonly JobRecord[]
}

export function toPipelineRow({ pipeline, projectPath, user, jobs }: RowParts): PipelineRow {
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: pipeline.projectId,
    project_path: projectPath,
    ref: pipeline.ref.name,
    tag: pipeline.ref.kind === 'tag',
    sha: pipeline.sha,
    status: pipeline.status,
    has_warnings: pipeline.hasWarnings,
    source: pipeline.source,
    name: pipeline.name,
    commit_title: pipeline.commitTitle,
    user,
    stages: pipeline.stages.flatMap(name => {
      const ofStage = jobs.filter(job => job.stage === name)
      const counts = countJobs(ofStage)
      const status = compositeStatus(counts)
      return status === null ? [] : [{ name, status, has_warnings: hasWarnings(counts), jobs: ofStage.length }]
    }),
    created_at: pipeline.createdAt,
    started_at: pipeline.startedAt,
    finished_at: pipeline.finishedAt,
    duration: pipeline.durationSeconds,
  }
}

export function toJobView(job: JobRecord, plan: JobPlan | undefined, started: JobView['downstream_pipeline']): JobView {
  return {
    id: job.id,
    name: job.name,
    group_name: job.groupName,
    stage: job.stage,
    stage_index: job.stageIndex,
    kind: job.kind,
    status: job.status,
    allow_failure: job.allowFailure,
    is_retried: job.isRetried,
    needs: plan?.needs?.map(need => need.job) ?? null,
    manual_confirmation: plan?.manualConfirmation ?? null,
    failure_reason: job.failureReason,
    failure_detail: job.failureDetail,
    message: job.message,
    exit_code: job.exitCode,
    coverage: job.coverage,
    environment: job.environment,
    tags: [...job.tags],
    runner_id: job.runnerId,
    downstream_pipeline: started,
    created_at: job.createdAt,
    queued_at: job.queuedAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    scheduled_at: job.scheduledAt,
  }
}

export function toDiagnostics(of: readonly Diagnostic[]) {
  return of.map(({ message, path, file, line, column }) => ({ message, path, file, line, column }))
}
