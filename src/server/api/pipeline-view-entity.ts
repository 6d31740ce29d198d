// Pipelines as our own pages show them.
import { Type } from '@fastify/type-provider-typebox'
import type { ProjectStore } from '../../access/store-ports.ts'
import type { JobPlan } from '../../pipeline/model.ts'
import { compositeStatus, countJobs, hasWarnings } from '../../run/composite.ts'
import type { JobRecord, PipelineRecord } from '../../run/records.ts'
import { nullableInteger, nullableString } from '../schema.ts'
import { type Person, peopleOf, type RunView } from './run-view.ts'
import { userBasic } from './user-entity.ts'

const nullableNumber = Type.Unsafe<number | null>({ type: ['number', 'null'] })
const stage = Type.Object({
  name: Type.String(),
  status: Type.String(),
  has_warnings: Type.Boolean(),
  jobs: Type.Integer(),
})

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
  stages: Type.Array(stage),
  created_at: Type.String(),
  started_at: nullableString,
  finished_at: nullableString,
  duration: nullableInteger,
}
export const pipelineRow = Type.Object(rowFields)

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
  /** Null: it waits for the stages before it. */
  needs: Type.Unsafe<readonly string[] | null>({ type: ['array', 'null'], items: { type: 'string' } }),
  manual_confirmation: nullableString,
  failure_reason: nullableString,
  failure_detail: nullableString,
  message: nullableString,
  exit_code: nullableInteger,
  coverage: nullableNumber,
  environment: nullableString,
  tags: Type.Array(Type.String()),
  runner_id: nullableInteger,
  downstream_pipeline: Type.Union([
    Type.Object({ id: Type.Integer(), project_path: Type.String(), status: Type.String() }),
    Type.Null(),
  ]),
  created_at: Type.String(),
  queued_at: nullableString,
  started_at: nullableString,
  finished_at: nullableString,
  scheduled_at: nullableString,
})

export const pipelineViewEntity = Type.Object({
  ...rowFields,
  before_sha: Type.String(),
  queued_duration: nullableInteger,
  coverage: nullableNumber,
  errors: Type.Array(Type.Unknown()),
  warnings: Type.Array(Type.Unknown()),
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

export async function toRow(view: RunView, pipeline: PipelineRecord, projectPath: string, user: Person | null) {
  const jobs = await view.reads.jobsOfPipeline(pipeline.id, false)
  return rowOf(pipeline, jobs, projectPath, user)
}

function rowOf(pipeline: PipelineRecord, jobs: readonly JobRecord[], projectPath: string, user: Person | null) {
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
    stages: stagesOf(pipeline, jobs),
    created_at: pipeline.createdAt,
    started_at: pipeline.startedAt,
    finished_at: pipeline.finishedAt,
    duration: pipeline.durationSeconds,
  }
}

function stagesOf(pipeline: PipelineRecord, jobs: readonly JobRecord[]) {
  const byStage = Map.groupBy(jobs, job => job.stage)
  return pipeline.stages.map(name => {
    const ofStage = byStage.get(name) ?? []
    const counts = countJobs(ofStage)
    return {
      name,
      status: compositeStatus(counts) ?? 'skipped',
      has_warnings: hasWarnings(counts),
      jobs: ofStage.length,
    }
  })
}

export async function toView(
  view: RunView,
  projects: Pick<ProjectStore, 'byId'>,
  pipeline: PipelineRecord,
  projectPath: string,
) {
  const { reads } = view
  const all = await reads.jobsOfPipeline(pipeline.id, true)
  const [plans, children, images, people] = await Promise.all([
    reads.plansOf(pipeline.id, [...new Set(all.map(job => job.name))]),
    reads.children(pipeline.id),
    reads.pushedImages(pipeline.id),
    peopleOf(view, [pipeline.userId]),
  ])
  const user = people.get(pipeline.userId) ?? null
  const planOf = new Map(plans.map(plan => [plan.name, plan]))
  const nameOf = new Map(all.map(job => [job.id, job.name]))
  return {
    ...rowOf(
      pipeline,
      all.filter(job => !job.isRetried),
      projectPath,
      user,
    ),
    before_sha: pipeline.beforeSha,
    queued_duration: pipeline.queuedSeconds,
    coverage: pipeline.coverage,
    errors: [...pipeline.errors],
    warnings: [...pipeline.warnings],
    parent: await placeOf(view, projects, pipeline.parentPipelineId),
    children: await Promise.all(children.map(child => toRow(view, child, projectPath, user))),
    jobs: await Promise.all(all.map(job => toJobView(view, projects, job, planOf.get(job.name)))),
    images: images.map(({ jobId, repository, tag, digest }) => ({
      job_id: jobId,
      job_name: nameOf.get(jobId) ?? '',
      repository,
      tag,
      digest,
    })),
  }
}

async function toJobView(
  view: RunView,
  projects: Pick<ProjectStore, 'byId'>,
  job: JobRecord,
  plan: JobPlan | undefined,
) {
  const downstream = await placeOf(view, projects, job.downstreamPipelineId)
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
    downstream_pipeline: downstream,
    created_at: job.createdAt,
    queued_at: job.queuedAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    scheduled_at: job.scheduledAt,
  }
}

async function placeOf(view: RunView, projects: Pick<ProjectStore, 'byId'>, pipelineId: number | null) {
  const pipeline = pipelineId === null ? null : await view.reads.pipeline(pipelineId)
  const project = pipeline === null ? null : await projects.byId(pipeline.projectId)
  return pipeline === null || project === null
    ? null
    : { id: pipeline.id, project_path: project.fullPath, status: pipeline.status }
}
