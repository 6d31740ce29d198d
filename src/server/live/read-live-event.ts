// Events come over the bus as JSON, maybe from another server of another version. What the run slice says of a job is
// small; followers are told how the job stands now.
import type { RunChanged } from '../../run/live-events.ts'
import { jobStatuses } from '../../run/model.ts'
import type { JobRecord } from '../../run/records.ts'
import type { RunReader } from '../../run/store-ports.ts'
import type { LiveEvent } from './protocol.ts'

type ChangedJob = Pick<RunChanged['jobs'][number], 'id' | 'status'>
export type BusEvent =
  | (Pick<RunChanged, 'kind' | 'projectId' | 'pipelineId' | 'status'> & { readonly jobs: readonly ChangedJob[] })
  | Extract<LiveEvent, { kind: 'runner' }>

/** Null: not an event that this server knows. */
export function readBusEvent(value: unknown): BusEvent | null {
  if (typeof value !== 'object' || value === null) return null
  const { kind, projectId, pipelineId, runnerId, status, jobs } = value as Readonly<Record<string, unknown>>
  if (kind === 'runner') return isId(runnerId) ? { kind, runnerId } : null
  if (kind !== 'run_changed' || !isId(projectId) || !isId(pipelineId) || !isStatus(status)) return null
  return { kind, projectId, pipelineId, status, jobs: Array.isArray(jobs) ? jobs.filter(isChangedJob) : [] }
}

export async function toLiveEvents(event: BusEvent, reads: Pick<RunReader, 'job'>): Promise<readonly LiveEvent[]> {
  if (event.kind === 'runner') return [event]
  const { projectId, pipelineId, status } = event
  const jobs = await Promise.all(event.jobs.map(job => reads.job(job.id)))
  return [{ kind: 'pipeline', projectId, pipelineId, status }, ...jobs.filter(job => job !== null).map(toJobEvent)]
}

function toJobEvent(job: JobRecord): LiveEvent {
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

function isChangedJob(value: unknown): value is ChangedJob {
  if (typeof value !== 'object' || value === null) return false
  const { id, status } = value as Readonly<Record<string, unknown>>
  return isId(id) && isStatus(status)
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}

function isStatus(value: unknown): value is (typeof jobStatuses)[number] {
  return (jobStatuses as readonly unknown[]).includes(value)
}
