// Pipelines as GitLab's API shows them.
import { Type } from '@fastify/type-provider-typebox'
import type { PipelineStatus } from '../../run/model.ts'
import type { PipelineRecord } from '../../run/records.ts'
import { nullableInteger, nullableString } from '../schema.ts'
import { type Person, pipelineUrl } from './run-view.ts'
import { userBasic } from './user-entity.ts'

const basicFields = {
  id: Type.Integer(),
  iid: Type.Integer(),
  project_id: Type.Integer(),
  name: nullableString,
  sha: Type.String(),
  ref: Type.String(),
  status: Type.String(),
  source: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  web_url: Type.String(),
}

export const pipelineBasic = Type.Object(basicFields)

export const pipelineFull = Type.Object({
  ...basicFields,
  before_sha: Type.String(),
  tag: Type.Boolean(),
  yaml_errors: nullableString,
  user: Type.Union([userBasic, Type.Null()]),
  started_at: nullableString,
  finished_at: nullableString,
  committed_at: nullableString,
  duration: nullableInteger,
  queued_duration: nullableInteger,
  coverage: nullableString,
  detailed_status: Type.Object({
    icon: Type.String(),
    text: Type.String(),
    label: Type.String(),
    group: Type.String(),
    tooltip: Type.String(),
    has_details: Type.Boolean(),
    details_path: Type.String(),
    illustration: Type.Null(),
    favicon: Type.String(),
  }),
})

export type PipelinePlace = { readonly url: string; readonly projectPath: string }

export function toPipelineBasic(pipeline: PipelineRecord, { url, projectPath }: PipelinePlace) {
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: pipeline.projectId,
    name: pipeline.name,
    sha: pipeline.sha,
    ref: pipeline.ref.name,
    status: pipeline.status,
    source: pipeline.source,
    created_at: pipeline.createdAt,
    updated_at: pipeline.updatedAt,
    web_url: pipelineUrl(url, projectPath, pipeline.id),
  }
}

export function toPipelineFull(pipeline: PipelineRecord, place: PipelinePlace, user: Person | null) {
  return {
    ...toPipelineBasic(pipeline, place),
    before_sha: pipeline.beforeSha,
    tag: pipeline.ref.kind === 'tag',
    yaml_errors: pipeline.errors.length === 0 ? null : pipeline.errors.map(({ message }) => message).join('\n'),
    user,
    started_at: pipeline.startedAt,
    finished_at: pipeline.finishedAt,
    committed_at: null,
    duration: pipeline.durationSeconds,
    queued_duration: pipeline.queuedSeconds,
    coverage: pipeline.coverage === null ? null : pipeline.coverage.toFixed(2),
    detailed_status: detailedStatus(pipeline, place),
  }
}

function detailedStatus({ id, status, hasWarnings }: PipelineRecord, { projectPath }: PipelinePlace) {
  const words = hasWarnings && status === 'success' ? warned : statusWords[status]
  return {
    ...words,
    group: words === warned ? 'success-with-warnings' : status.replaceAll('_', '-'),
    tooltip: words.label,
    has_details: true,
    details_path: `/${projectPath}/-/pipelines/${id}`,
    illustration: null,
    favicon: '/favicon.svg',
  }
}

type Words = { readonly icon: string; readonly text: string; readonly label: string }

const warned: Words = { icon: 'status_warning', text: 'Warning', label: 'passed with warnings' }

const statusWords: Readonly<Record<PipelineStatus, Words>> = {
  created: { icon: 'status_created', text: 'Created', label: 'created' },
  waiting_for_resource: { icon: 'status_pending', text: 'Waiting', label: 'waiting for resource' },
  preparing: { icon: 'status_preparing', text: 'Preparing', label: 'preparing' },
  pending: { icon: 'status_pending', text: 'Pending', label: 'pending' },
  running: { icon: 'status_running', text: 'Running', label: 'running' },
  canceling: { icon: 'status_canceled', text: 'Canceling', label: 'canceling' },
  success: { icon: 'status_success', text: 'Passed', label: 'passed' },
  failed: { icon: 'status_failed', text: 'Failed', label: 'failed' },
  canceled: { icon: 'status_canceled', text: 'Canceled', label: 'canceled' },
  skipped: { icon: 'status_skipped', text: 'Skipped', label: 'skipped' },
  manual: { icon: 'status_manual', text: 'Manual', label: 'waiting for manual action' },
  scheduled: { icon: 'status_scheduled', text: 'Delayed', label: 'delayed' },
}
