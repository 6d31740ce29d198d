// What time brings. Everything here is also a safety net: the quick way is always an effect, a timer or a message.
import type { Log } from '../kit/log.ts'
import type { Actions } from './actions.ts'
import { mayServe, scopeOf } from './demand.ts'
import type { Environments } from './environments.ts'
import type { JobIds } from './job-ids.ts'
import type { HeldLease, Leases } from './leases.ts'
import type { FailureDetail, FailureReason } from './model.ts'
import type { Clock, JobQueue } from './ports.ts'
import type { DemandClass, LeaseStore, PendingJob, PendingJobs, RunnerStore, ScheduledJobs } from './store-ports.ts'
import type { Transitions } from './transitions.ts'

export type TickDeps = {
  readonly clock: Clock
  readonly leases: Leases
  readonly leaseStore: LeaseStore
  readonly pending: PendingJobs
  readonly scheduled: ScheduledJobs
  readonly runners: Pick<RunnerStore, 'list'>
  readonly queue: JobQueue
  readonly transitions: Transitions
  readonly jobIds: JobIds
  readonly actions: Actions
  readonly environments: Environments
  readonly runSchedules: () => Promise<void>
  readonly log: Log
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** After a pause of the whole process no runner could be heard: they get their time anew. */
const pauseMs = 5 * second
const wakeAgainAfterMs = 2 * second
const wakeAtOnce = 500
const runnerOnlineMs = 2 * minute
const overtimeMs = 2 * minute

export function createTick(deps: TickDeps): () => Promise<void> {
  const { clock, leases, queue, pending } = deps
  let lastMs = clock.now().getTime()
  let wokenUpTo = 0
  const wakeRound = every(5 * second, clock)
  const minuteRound = every(minute, clock)

  /** Entries that were popped without a claim, and all of them after Redis lost its memory. */
  async function wakeWaiting(nowMs: number): Promise<void> {
    const isForgetful = await queue.hasForgotten()
    if (!isForgetful && !wakeRound()) return
    if (isForgetful) wokenUpTo = 0
    const before = new Date(isForgetful ? nowMs + second : nowMs - wakeAgainAfterMs).toISOString()
    do {
      const jobs = await pending.queuedBefore(before, wokenUpTo, wakeAtOnce)
      await queue.wake(jobs)
      wokenUpTo = jobs.length < wakeAtOnce ? 0 : (jobs.at(-1)?.jobId ?? 0)
    } while (isForgetful && wokenUpTo > 0)
  }

  return async () => {
    const nowMs = clock.now().getTime()
    if (nowMs - lastMs > pauseMs) leases.hearAll(nowMs)
    lastMs = nowMs
    for (const lease of leases.lost(nowMs)) await endLost(deps, lease)
    for (const job of await deps.scheduled.due(clock.now().toISOString())) {
      await deps.actions.startDelayed(job.pipelineId, job.jobId)
    }
    await deps.runSchedules()
    await wakeWaiting(nowMs)
    if (!minuteRound()) return
    await endOvertime(deps, nowMs)
    await endStuck(deps, nowMs)
    await deps.environments.stopDue()
    await deps.leaseStore.forgetClaims(new Date(nowMs - 24 * hour).toISOString())
  }
}

/** True at most once in `periodMs`. */
function every(periodMs: number, clock: Clock): () => boolean {
  let lastMs = clock.now().getTime()
  return () => {
    const nowMs = clock.now().getTime()
    if (nowMs - lastMs < periodMs) return false
    lastMs = nowMs
    return true
  }
}

async function endLost(deps: TickDeps, lease: HeldLease): Promise<void> {
  const { jobId, pipelineId, runnerId } = lease
  deps.log.warn({ jobId, lease: lease.lease, runnerId }, 'a runner was not heard of for 10 s: its lease is over')
  const isRequeued = await requeue(deps, lease)
  if (isRequeued) return
  const message = `runner ${runnerId} was not heard of for 10 s after the script had begun`
  await drop(
    deps,
    { pipelineId, jobId },
    { reason: 'runner_system_failure', detail: 'runner_lost', message },
    lease.lease,
  )
}

/** Back to the queue by itself, while nothing of the script has run. */
async function requeue({ transitions }: TickDeps, { pipelineId, jobId, lease }: HeldLease): Promise<boolean> {
  const transition = await transitions.apply(pipelineId, machine => {
    const job = machine.job(jobId)
    const isMine = job?.lease === lease && (job.status === 'canceling' || !job.hasBegun)
    return isMine ? { event: { type: 'requeued', jobId } } : null
  })
  return transition !== null
}

type Ending = { readonly reason: FailureReason; readonly detail: FailureDetail | null; readonly message: string }

async function drop(
  { transitions, jobIds }: TickDeps,
  { pipelineId, jobId }: { readonly pipelineId: number; readonly jobId: number },
  ending: Ending,
  lease: number | null,
): Promise<void> {
  const newJobId = await jobIds.take()
  await transitions.apply(pipelineId, machine => {
    const job = machine.job(jobId)
    const isMeant = lease === null ? job?.status === 'pending' : job?.lease === lease
    return isMeant ? { event: { type: 'dropped', jobId, newJobId, ...ending } } : null
  })
}

/** The runner ends a job at its timeout; one that does not is ended here. */
async function endOvertime(deps: TickDeps, nowMs: number): Promise<void> {
  for (const job of await deps.leaseStore.running()) {
    const { timeoutSeconds } = job
    if (nowMs < Date.parse(job.startedAt) + timeoutSeconds * second + overtimeMs) continue
    const message = `the job ran longer than ${timeoutSeconds} s, and its runner did not end it`
    await drop(deps, job, { reason: 'job_execution_timeout', detail: null, message }, job.lease)
  }
}

/** Pending for a day, or for an hour without a runner that could take it. */
async function endStuck(deps: TickDeps, nowMs: number): Promise<void> {
  const waiting = await deps.pending.queuedBefore(new Date(nowMs - hour).toISOString(), 0, 1000)
  if (waiting.length === 0) return
  const classes = new Map((await deps.pending.classes()).map(each => [each.key, each]))
  const isServed = await servedClasses(deps, nowMs)
  for (const job of waiting) {
    const demand = classes.get(job.demandClass)
    const isTooOld = nowMs - Date.parse(job.queuedAt) > 24 * hour
    if (!isTooOld && (demand === undefined || isServed(demand))) continue
    await drop(
      deps,
      job,
      { reason: 'stuck_or_timeout_failure', detail: null, message: stuckMessage(job, demand) },
      null,
    )
  }
}

async function servedClasses(deps: TickDeps, nowMs: number): Promise<(demand: DemandClass) => boolean> {
  const { items } = await deps.runners.list({ isPaused: false }, { page: 1, perPage: 1000 })
  const online = items.filter(
    runner => runner.contactedAt !== null && nowMs - Date.parse(runner.contactedAt) < runnerOnlineMs,
  )
  return demand =>
    online.some(runner => {
      const scope = scopeOf(runner)
      const isInScope = scope === null || demand.projectId === null || scope.includes(demand.projectId)
      return isInScope && mayServe(runner, demand)
    })
}

function stuckMessage(job: PendingJob, demand: DemandClass | undefined): string {
  const tags = demand === undefined || demand.tags.length === 0 ? 'untagged jobs' : `the tags ${demand.tags.join(', ')}`
  return `no runner for ${tags} took the job since ${job.queuedAt}`
}
