// The statuses of a commit as GitLab's API shows them: its jobs, and what other tools say of it.
import { Type } from '@fastify/type-provider-typebox'
import type { CommitStatusRecord } from '../../run/commit-status-ports.ts'
import type { JobRecord, PipelineRecord } from '../../run/records.ts'
import { nullableInteger, nullableString } from '../schema.ts'
import type { Person } from './run-view.ts'
import { userBasic } from './user-entity.ts'

export const shaPattern = '^[0-9a-f]{40}$'

export const statusEntity = Type.Object({
  id: Type.Integer(),
  sha: Type.String(),
  ref: Type.String(),
  status: Type.String(),
  name: Type.String(),
  target_url: nullableString,
  description: nullableString,
  created_at: Type.String(),
  started_at: nullableString,
  finished_at: nullableString,
  allow_failure: Type.Boolean(),
  coverage: Type.Unsafe<number | null>({ type: ['number', 'null'] }),
  pipeline_id: nullableInteger,
  author: Type.Union([userBasic, Type.Null()]),
})

/** Without its address. */
export function toJobStatus(job: JobRecord, pipeline: PipelineRecord, author: Person | null) {
  return {
    id: job.id,
    sha: pipeline.sha,
    ref: pipeline.ref.name,
    status: job.status,
    name: job.name,
    description: job.message,
    created_at: job.createdAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    allow_failure: job.allowFailure,
    coverage: job.coverage,
    pipeline_id: pipeline.id,
    author,
  }
}

/** It has no part in any pipeline. */
export function toSaidStatus(status: CommitStatusRecord, author: Person | null) {
  return {
    id: status.id,
    sha: status.sha,
    ref: status.ref,
    status: status.state,
    name: status.name,
    target_url: status.targetUrl,
    description: status.description,
    created_at: status.createdAt,
    started_at: status.startedAt,
    finished_at: status.finishedAt,
    allow_failure: false,
    coverage: status.coverage,
    pipeline_id: null,
    author,
  }
}
