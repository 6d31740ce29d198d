// Events come over the bus as JSON, maybe from another server of another version. What the run slice says of a job is
// small; followers are told how the job stands now.

import type { RunLiveEvent } from '../../run/live-events.ts'
import { jobStatuses } from '../../run/model.ts'
import type { RunReader } from '../../run/store-ports.ts'
import type { LiveEvent } from './protocol.ts'

type BusEvent =
  | Pick<Extract<RunLiveEvent, { kind: 'job_changed' }>, 'kind' | 'jobId' | 'status'>
  | Extract<LiveEvent, { kind: 'runner' | 'pipeline' }>

/** Null: not an event that this server knows. */
export function readBusEvent(value: unknown): BusEvent | null {
  if (typeof value !== 'object' || value === null) return null
  const { kind, projectId, pipelineId, jobId, runnerId, status } = value as Readonly<Record<string, unknown>>
  switch (kind) {
    case 'pipeline_changed':
      return isId(projectId) && isId(pipelineId) && isStatus(status)
        ? { kind: 'pipeline', projectId, pipelineId, status }
        : null
    case 'job_changed':
      return isId(jobId) && isStatus(status) ? { kind, jobId, status } : null
    case 'runner':
      return isId(runnerId) ? { kind, runnerId } : null
    default:
      return null
  }
}

/** Null: the job is no more. */
export async function toLiveEvent(event: BusEvent, reads: Pick<RunReader, 'job'>): Promise<LiveEvent | null> {
  if (event.kind !== 'job_changed') return event
  const job = await reads.job(event.jobId)
  if (job === null) return null
  const { projectId, pipelineId, name, stage, status, allowFailure, failureReason, startedAt, finishedAt } = job
  return {
    kind: 'job',
    projectId,
    pipelineId,
    jobId: job.id,
    name,
    stage,
    status,
    allowFailure,
    failureReason,
    startedAt,
    finishedAt,
  }
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}

function isStatus(value: unknown): value is (typeof jobStatuses)[number] {
  return (jobStatuses as readonly unknown[]).includes(value)
}
