// Follows a pipeline until it has ended or waits for somebody: one line for each change.
import type { JobStatus, PipelineStatus } from '../run/model.ts'
import type { LiveEvent, Topic } from '../server/live/protocol.ts'
import { type Client, encodeKey } from './client.ts'
import { followLive } from './live-client.ts'

export type WatchedJob = {
  readonly id: number
  readonly name: string
  readonly stage: string
  readonly status: JobStatus
}
export type WatchedPipeline = { readonly status: PipelineStatus; readonly jobs: readonly WatchedJob[] }
export type PipelinePlace = { readonly projectId: number; readonly pipelineId: number }

const ended: readonly PipelineStatus[] = ['success', 'failed', 'canceled', 'skipped', 'manual']

/** @param onJob called with each job that is new or stands otherwise than before */
export async function watchPipeline(
  client: Client,
  place: PipelinePlace,
  onJob: (job: WatchedJob) => void,
): Promise<PipelineStatus> {
  const topic: Topic = `pipeline:${place.pipelineId}`
  const known = new Map<number, JobStatus>()
  let status: PipelineStatus = 'created'

  function note(job: WatchedJob): void {
    if (known.get(job.id) === job.status) return
    known.set(job.id, job.status)
    onJob(job)
  }

  /** Events complete this picture: it is read after the subscription. */
  async function readAll(): Promise<boolean> {
    const now = await readPipeline(client, place)
    for (const job of now.jobs) note(job)
    status = now.status
    return ended.includes(status)
  }

  async function apply(events: readonly LiveEvent[]): Promise<boolean> {
    for (const event of events) {
      if (event.kind === 'job') note({ id: event.jobId, name: event.name, stage: event.stage, status: event.status })
      if (event.kind === 'pipeline') status = event.status
    }
    // The last word comes from the record: events may have been passed over.
    return ended.includes(status) && readAll()
  }

  await followLive(client, {
    greet: () => [{ type: 'subscribe', topic }],
    onBytes: async () => undefined,
    async onMessage(message) {
      if (message.type === 'subscribed' || message.type === 'behind') return readAll()
      return message.type === 'events' && apply(message.events)
    },
  })
  return status
}

export async function readPipeline(client: Client, { projectId, pipelineId }: PipelinePlace): Promise<WatchedPipeline> {
  const path = `/projects/${encodeKey(projectId)}/pipelines/${pipelineId}`
  const [pipeline, jobs, bridges] = await Promise.all([
    client.get<{ readonly status: PipelineStatus }>(path),
    client.list<WatchedJob>(`${path}/jobs`, {}, 5000),
    client.list<WatchedJob>(`${path}/bridges`, {}, 5000),
  ])
  return { status: pipeline.status, jobs: [...jobs, ...bridges].sort((one, other) => one.id - other.id) }
}
