import type { LiveEvent } from '../../../server/live/protocol.ts'
import { type JobView, type PipelineView, readPipeline } from '../../api/pipelines.ts'
import { prime, type Resource, useResource } from '../../api/resource.ts'
import { useEvents, useThrottled } from '../../live/use-events.ts'

/** A pipeline, live: changes of its jobs are shown at once; what events do not tell is read anew soon after. */
export function usePipeline(project: string, id: string): Resource<PipelineView> {
  const pipeline = useResource(keyOf(project, id), signal => readPipeline(project, id, signal))
  const reload = useThrottled(() => void pipeline.reload(), 1000)
  useEvents(
    [`pipeline:${Number(id)}`],
    events => {
      if (pipeline.data !== undefined) pipeline.replace(applyEvents(pipeline.data, events))
      reload()
    },
    reload,
  )
  return pipeline
}

export function primePipeline(project: string, id: string): Promise<void> {
  return prime(keyOf(project, id), signal => readPipeline(project, id, signal))
}

function keyOf(project: string, id: string): string {
  return `pipeline:${project}:${id}`
}

export function applyEvents(pipeline: PipelineView, events: readonly LiveEvent[]): PipelineView {
  let status = pipeline.status
  const changes = new Map<number, Partial<JobView>>()
  for (const event of events) {
    if (event.kind === 'pipeline' && event.pipelineId === pipeline.id) status = event.status
    if (event.kind === 'job') {
      changes.set(event.jobId, {
        status: event.status,
        failure_reason: event.failureReason,
        started_at: event.startedAt,
        finished_at: event.finishedAt,
      })
    }
  }
  const jobs = pipeline.jobs.map(job => {
    const changed = changes.get(job.id)
    return changed === undefined ? job : { ...job, ...changed }
  })
  return { ...pipeline, status, jobs }
}
