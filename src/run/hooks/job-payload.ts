import { secondsBetween } from '../duration.ts'
import type { JobRecord, PipelineRecord } from '../records.ts'
import { type HookPlace, projectPart, repositoryPart, userPart } from './hook-place.ts'

export function jobPayload({ job, pipeline }: { job: JobRecord; pipeline: PipelineRecord }, place: HookPlace) {
  return {
    object_kind: 'build',
    ref: pipeline.ref.name,
    tag: pipeline.ref.kind === 'tag',
    before_sha: pipeline.beforeSha,
    sha: pipeline.sha,
    build_id: job.id,
    build_name: job.name,
    build_stage: job.stage,
    build_status: job.status,
    build_created_at: job.createdAt,
    build_started_at: job.startedAt,
    build_finished_at: job.finishedAt,
    build_duration: secondsBetween(job.startedAt, job.finishedAt),
    build_queued_duration: secondsBetween(job.queuedAt, job.startedAt),
    build_allow_failure: job.allowFailure,
    build_failure_reason: job.failureReason,
    pipeline_id: pipeline.id,
    project_id: place.project.id,
    project_name: place.project.name,
    user: userPart(place),
    commit: { id: pipeline.id, sha: pipeline.sha, message: pipeline.commitTitle, status: pipeline.status },
    repository: repositoryPart(place),
    project: projectPart(place),
    environment: job.environment === null ? null : { name: job.environment },
  }
}
