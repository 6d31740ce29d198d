// At start: everything that a crash may have left undone is done again. Effects are idempotent, so it is enough to ask of
// each row that waits for something what should have been done.
import type { Actions } from './actions.ts'
import type { Downstream } from './downstream.ts'
import type { Leases } from './leases.ts'
import type { Clock, JobQueue } from './ports.ts'
import type { Resources } from './resources.ts'
import type { LeaseStore, PendingJobs, RunReader, ScheduledJobs } from './store-ports.ts'

export type RecoverDeps = {
  readonly clock: Clock
  readonly leases: Leases
  readonly leaseStore: LeaseStore
  readonly pending: PendingJobs
  readonly scheduled: ScheduledJobs
  readonly reader: RunReader
  readonly queue: JobQueue
  readonly actions: Actions
  readonly downstream: Downstream
  readonly resources: Resources
  readonly setTimer: (pipelineId: number, jobId: number, at: string) => void
}

const wakeAtOnce = 1000

export async function recoverRuns(deps: RecoverDeps): Promise<void> {
  const now = deps.clock.now()
  for (const job of await deps.leaseStore.running()) {
    deps.leases.hold(job, now.getTime())
    if (job.status === 'canceling') await deps.queue.cancel(job.jobId)
  }
  await wakeAll(deps)
  for (const { pipelineId, jobId, at } of await deps.scheduled.all()) deps.setTimer(pipelineId, jobId, at)
  await deps.resources.settleAll()
  await recoverBridges(deps)
}

async function wakeAll({ pending, queue, clock }: RecoverDeps): Promise<void> {
  const soon = new Date(clock.now().getTime() + 1000).toISOString()
  for (let after = 0; ; ) {
    const jobs = await pending.queuedBefore(soon, after, wakeAtOnce)
    await queue.wake(jobs)
    if (jobs.length < wakeAtOnce) return
    after = jobs.at(-1)?.jobId ?? after
  }
}

const page = { page: 1, perPage: 1000 }

async function recoverBridges({ reader, downstream }: RecoverDeps): Promise<void> {
  const waiting = await reader.jobs({ kind: 'bridge', statuses: ['pending'], ascending: true }, page)
  for (const bridge of waiting.items) await downstream.create(bridge.id)
  const following = await reader.jobs({ kind: 'bridge', statuses: ['running', 'manual'], ascending: true }, page)
  for (const bridge of following.items) {
    if (bridge.downstreamPipelineId === null) continue
    const pipeline = await reader.pipeline(bridge.downstreamPipelineId)
    if (pipeline !== null) await downstream.follow(bridge.id, pipeline.id, pipeline.status)
  }
}
