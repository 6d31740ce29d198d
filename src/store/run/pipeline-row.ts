import type { Selectable } from 'kysely'
import type { Diagnostic } from '../../pipeline/model.ts'
import type { PipelineRecord } from '../../run/records.ts'
import type { RunTables } from './tables.ts'

export type PipelineRow = Selectable<RunTables['pipeline']> &
  Pick<Selectable<RunTables['pipeline_detail']>, 'errors' | 'warnings'>

export function pipelineRecordOf(row: PipelineRow): PipelineRecord {
  return {
    id: row.id,
    projectId: row.project_id,
    iid: row.iid,
    ref: { kind: row.ref_kind, name: row.ref_name },
    sha: row.sha,
    beforeSha: row.before_sha,
    source: row.source,
    status: row.status,
    hasWarnings: row.has_warnings === 1,
    name: row.name,
    userId: row.user_id,
    isProtected: row.is_protected === 1,
    commitTitle: row.commit_title,
    stages: JSON.parse(row.stages) as readonly string[],
    errors: JSON.parse(row.errors) as readonly Diagnostic[],
    warnings: JSON.parse(row.warnings) as readonly Diagnostic[],
    parentPipelineId: row.parent_pipeline_id,
    sourceJobId: row.source_job_id,
    scheduleId: row.schedule_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    durationSeconds: row.duration_seconds,
    queuedSeconds: row.queued_seconds,
    coverage: row.coverage,
    version: row.version,
  }
}
