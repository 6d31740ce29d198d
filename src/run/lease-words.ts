// What runners say about the jobs that they hold: it begins, it is alive, it has ended. Words under a lease that is over
// change nothing and are answered `stale`.
import type { Coordinator, FinishFacts, LeaseAnswer } from './coordinator.ts'
import type { JobIds } from './job-ids.ts'
import { isFinal } from './job-moves.ts'
import type { SucceededJob } from './job-release.ts'
import type { HeldLease, Leases } from './leases.ts'
import type { JobState } from './machine-model.ts'
import type { JobOutcome, Lease } from './model.ts'
import type { Clock } from './ports.ts'
import type { JobRecord } from './records.ts'
import type { RunReader } from './store-ports.ts'
import type { Transitions } from './transitions.ts'

export type LeaseWords = Pick<Coordinator, 'begin' | 'heartbeat' | 'hear' | 'finish'>

export function createLeaseWords(deps: {
  readonly leases: Leases
  readonly transitions: Transitions
  readonly reader: Pick<RunReader, 'job' | 'jobPlan'>
  readonly jobIds: JobIds
  readonly clock: Clock
  /** What a job does after its script succeeded; answers how it ended after all. */
  readonly afterSuccess: (job: SucceededJob) => Promise<JobOutcome>
}): LeaseWords {
  const { leases, transitions, reader, jobIds, clock } = deps
  const nowMs = (): number => clock.now().getTime()

  /** The lease, if it is alive; one that this server does not know yet is looked up. */
  async function hear(lease: Lease): Promise<HeldLease | undefined> {
    const known = leases.hear(lease, nowMs())
    if (known !== undefined) return known
    const job = await reader.job(lease.jobId)
    if (job === null || !isAlive(job, lease)) return undefined
    leases.hold({ ...job, jobId: job.id, startedAt: job.startedAt ?? '', timeoutSeconds: 0 }, nowMs())
    return leases.find(lease)
  }

  async function finish(lease: Lease, outcome: JobOutcome, facts: FinishFacts): Promise<'accepted' | 'stale'> {
    const held = leases.find(lease)
    if (held === undefined) return await finishUnheld(lease, outcome, facts)
    return await finishHeld(held.pipelineId, lease, outcome, facts)
  }

  /** Either it has ended, or another server gave the lease. */
  async function finishUnheld(lease: Lease, outcome: JobOutcome, facts: FinishFacts): Promise<'accepted' | 'stale'> {
    const job = await reader.job(lease.jobId)
    if (job === null || job.lease !== lease.lease) return 'stale'
    if (isFinal(job)) return isSaidAgain(job, outcome) ? 'accepted' : 'stale'
    return await finishHeld(job.pipelineId, lease, outcome, facts)
  }

  async function finishHeld(
    pipelineId: number,
    lease: Lease,
    said: JobOutcome,
    facts: FinishFacts,
  ): Promise<'accepted' | 'stale'> {
    const outcome = said.status === 'success' ? await released(pipelineId, lease, facts) : said
    // Only a failure may bring a new attempt.
    const newJobId = outcome.status === 'failed' ? await jobIds.take() : 0
    const transition = await transitions.apply(pipelineId, machine => {
      const state = machine.job(lease.jobId)
      if (state === undefined || !isHeld(state, lease)) return null
      return { event: { type: 'finished', jobId: lease.jobId, outcome, coverage: facts.coverage, newJobId } }
    })
    return transition === null ? 'stale' : 'accepted'
  }

  /** Most jobs release nothing: they are let through with one look at their plan. */
  async function released(pipelineId: number, lease: Lease, { tell }: FinishFacts): Promise<JobOutcome> {
    const plan = await reader.jobPlan(lease.jobId)
    if (plan === null || plan.release === null) return { status: 'success' }
    const found: { succeeded: SucceededJob | null } = { succeeded: null }
    await transitions.apply(pipelineId, machine => {
      const job = machine.job(lease.jobId)
      if (job !== undefined && isHeld(job, lease) && job.status === 'running')
        found.succeeded = { pipelineId, job, jobs: machine.jobs() }
      return null
    })
    if (found.succeeded === null) return { status: 'success' }
    const outcome = await deps.afterSuccess(found.succeeded)
    if (outcome.status === 'failed') await tell?.(outcome.message)
    return outcome
  }

  return {
    finish,
    async begin(lease) {
      const held = await hear(lease)
      if (held === undefined) return 'stale'
      if (held.hasBegun) return answerOf(held)
      const transition = await transitions.apply(held.pipelineId, machine => {
        const state = machine.job(lease.jobId)
        if (state === undefined || !isHeld(state, lease)) return null
        return { event: { type: 'begun', jobId: lease.jobId } }
      })
      return transition === null ? 'stale' : answerOf(leases.find(lease))
    },
    async hear(lease) {
      return answerOf(await hear(lease))
    },
    async heartbeat(runnerId, named) {
      const ended: number[] = []
      const canceling: number[] = []
      for (const lease of named) {
        const held = await hear(lease)
        if (held === undefined || held.runnerId !== runnerId) ended.push(lease.jobId)
        else if (held.isCanceling) canceling.push(lease.jobId)
      }
      return { ended, canceling }
    },
  }
}

function answerOf(held: HeldLease | undefined): LeaseAnswer {
  if (held === undefined) return 'stale'
  return held.isCanceling ? 'canceling' : 'running'
}

function isAlive(job: JobRecord, lease: Lease): boolean {
  return job.lease === lease.lease && (job.status === 'running' || job.status === 'canceling')
}

function isHeld(job: JobState, lease: Lease): boolean {
  return job.lease === lease.lease && (job.status === 'running' || job.status === 'canceling')
}

/** The answer to the first time was lost. Another end than the one that counts is stale. */
function isSaidAgain(job: JobRecord, outcome: JobOutcome): boolean {
  if (outcome.status !== 'failed') return job.status === outcome.status || job.status === 'canceled'
  return job.status === 'failed' && job.failureReason === outcome.failureReason && job.exitCode === outcome.exitCode
}
