// Events come over the bus as JSON, maybe from another server of another version. PURE.
import { type FailureReason, type JobStatus, jobStatuses, type PipelineStatus } from '../../run/model.ts'
import type { LiveEvent } from './protocol.ts'

/** Null: not an event that this server knows. */
export function readLiveEvent(value: unknown): LiveEvent | null {
  if (typeof value !== 'object' || value === null) return null
  const event = value as Readonly<Record<string, unknown>>
  switch (event.kind) {
    case 'pipeline':
      return readPipeline(event)
    case 'job':
      return readJob(event)
    case 'runner':
      return isId(event.runnerId) ? { kind: 'runner', runnerId: event.runnerId } : null
    default:
      return null
  }
}

type Fields = Readonly<Record<string, unknown>>

function readPipeline({ projectId, pipelineId, status, created }: Fields): LiveEvent | null {
  if (!isId(projectId) || !isId(pipelineId) || !isStatus(status)) return null
  return {
    kind: 'pipeline',
    projectId,
    pipelineId,
    status: status as PipelineStatus,
    ...(created === true ? { created } : {}),
  }
}

function readJob(event: Fields): LiveEvent | null {
  const { projectId, pipelineId, jobId, name, stage, status } = event
  if (!isId(projectId) || !isId(pipelineId) || !isId(jobId) || !isStatus(status)) return null
  if (typeof name !== 'string' || typeof stage !== 'string') return null
  return {
    kind: 'job',
    projectId,
    pipelineId,
    jobId,
    name,
    stage,
    status,
    allowFailure: event.allowFailure === true,
    failureReason: textOrNull(event.failureReason) as FailureReason | null,
    startedAt: textOrNull(event.startedAt),
    finishedAt: textOrNull(event.finishedAt),
  }
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}

function isStatus(value: unknown): value is JobStatus {
  return jobStatuses.includes(value as JobStatus)
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
