// Pipelines by the clock. Each run is taken by one server only. Runs that were missed while the server was
// away are made up for by one.
import type { Log } from '../kit/log.ts'
import { nextRun, parseCron } from './cron.ts'
import { pipelineRequest } from './pipeline-request.ts'
import type { Clock } from './ports.ts'
import type { ScheduleRecord } from './records.ts'
import type { ScheduleStore } from './store-ports.ts'
import type { PipelineCreation, PipelineRequest } from './trigger.ts'

export type SchedulesDeps = {
  readonly store: ScheduleStore
  readonly clock: Clock
  readonly createPipeline: (request: PipelineRequest) => Promise<PipelineCreation>
  readonly log: Log
}

export async function runSchedules(deps: SchedulesDeps): Promise<void> {
  const now = deps.clock.now()
  for (const schedule of await deps.store.due(now.toISOString())) {
    const next = nextRun(parseCron(schedule.cron), schedule.timezone, now)
    const isMine = await deps.store.advance(schedule.id, schedule.nextRunAt ?? '', next?.toISOString() ?? null)
    if (isMine) await runSchedule(deps, schedule, { userId: schedule.ownerId })
  }
}

/** The pipeline of a schedule; also for "run now". */
export async function runSchedule(
  { store, createPipeline, log }: SchedulesDeps,
  schedule: ScheduleRecord,
  by: { readonly userId: number | null },
): Promise<PipelineCreation> {
  const creation = await createPipeline(requestOf(schedule, by.userId))
  if (creation.kind === 'none') {
    log.warn({ scheduleId: schedule.id, reason: creation.reason }, `a schedule made no pipeline: ${creation.message}`)
  } else await store.ran(schedule.id, creation.pipeline.id)
  return creation
}

function requestOf(schedule: ScheduleRecord, userId: number | null): PipelineRequest {
  return pipelineRequest({
    projectId: schedule.projectId,
    ref: refOf(schedule.ref),
    source: 'schedule',
    userId,
    inputs: schedule.inputs,
    scheduleId: schedule.id,
    scheduleVariables: schedule.variables,
    scheduleDescription: schedule.description,
  })
}

/** `main`, `refs/heads/main` or `refs/tags/v1`. */
function refOf(ref: string): PipelineRequest['ref'] {
  if (ref.startsWith('refs/tags/')) return { kind: 'tag', name: ref.slice('refs/tags/'.length) }
  return { kind: 'branch', name: ref.replace(/^refs\/heads\//, '') }
}
