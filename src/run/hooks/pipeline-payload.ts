import { secondsBetween } from '../duration.ts'
import type { JobRecord, PipelineRecord } from '../records.ts'
import { commitPart, type HookCommit, type HookPlace, projectPart, projectUrl, userPart } from './hook-place.ts'

export function pipelinePayload(
  { pipeline, jobs, commit }: { pipeline: PipelineRecord; jobs: readonly JobRecord[]; commit: HookCommit | null },
  place: HookPlace,
) {
  return {
    object_kind: 'pipeline',
    object_attributes: {
      id: pipeline.id,
      iid: pipeline.iid,
      name: pipeline.name,
      ref: pipeline.ref.name,
      tag: pipeline.ref.kind === 'tag',
      sha: pipeline.sha,
      before_sha: pipeline.beforeSha,
      source: pipeline.source,
      status: pipeline.status,
      detailed_status: pipeline.hasWarnings && pipeline.status === 'success' ? 'warning' : pipeline.status,
      stages: pipeline.stages,
      created_at: pipeline.createdAt,
      finished_at: pipeline.finishedAt,
      duration: pipeline.durationSeconds,
      queued_duration: pipeline.queuedSeconds,
      variables: [],
      url: `${projectUrl(place)}/-/pipelines/${pipeline.id}`,
    },
    merge_request: null,
    user: userPart(place),
    project: projectPart(place),
    commit: commit === null ? null : commitPart(commit, place),
    builds: jobs.map(job => ({
      id: job.id,
      stage: job.stage,
      name: job.name,
      status: job.status,
      created_at: job.createdAt,
      started_at: job.startedAt,
      finished_at: job.finishedAt,
      duration: secondsBetween(job.startedAt, job.finishedAt),
      queued_duration: secondsBetween(job.queuedAt, job.startedAt),
      failure_reason: job.failureReason,
      manual: job.status === 'manual',
      allow_failure: job.allowFailure,
    })),
  }
}
