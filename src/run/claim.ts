// A runner comes for a job: the one that should run next among those that it may take is marked running under a new lease,
// and only then are script, variables and tokens handed out.
import { AppError, messageOf } from '../kit/errors.ts'
import { createKeyedLock } from '../kit/keyed-lock.ts'
import type { Log } from '../kit/log.ts'
import { claimedDependencies } from './claimed-dependencies.ts'
import type { ClaimWish } from './coordinator.ts'
import { mayServe, scopeOf } from './demand.ts'
import { withEnvironmentUrl } from './environment-url.ts'
import { signIdTokens } from './id-token.ts'
import type { JobFactsSource } from './job-facts.ts'
import type { JobIds } from './job-ids.ts'
import type { JobState } from './machine-model.ts'
import type { FailureReason } from './model.ts'
import { buildPayload } from './payload.ts'
import type { ArtifactFacts, Clock, Directory, IdTokens, Surroundings, Tokens } from './ports.ts'
import type { JobPayload } from './protocol.ts'
import type { RunnerRecord } from './records.ts'
import type { StartGuard } from './start-guard.ts'
import type { DemandClass, EnvironmentStore, LeaseStore, PendingJob, PendingJobs, RunReader } from './store-ports.ts'
import type { Transitions } from './transitions.ts'
import { nextPlans } from './upcoming.ts'
import { upstreamStatusOf } from './upstream-status.ts'

export type Claims = {
  readonly claim: (runner: RunnerRecord, wish: ClaimWish) => Promise<JobPayload | null>
  readonly classesFor: (runner: RunnerRecord) => Promise<readonly string[]>
}

export type ClaimDeps = {
  readonly transitions: Transitions
  readonly pending: PendingJobs
  readonly leases: LeaseStore
  readonly reader: RunReader
  readonly facts: JobFactsSource
  readonly environments: Pick<EnvironmentStore, 'byName'>
  readonly artifacts: ArtifactFacts
  readonly tokens: Tokens
  readonly idTokens?: IdTokens
  readonly clock: Clock
  readonly surroundings: Surroundings
  readonly directory: Pick<Directory, 'project' | 'levelOf'>
  readonly guard: Pick<StartGuard, 'demandAtClaim' | 'isEnvironmentProtected'>
  readonly jobIds: JobIds
  readonly log: Log
}

const maxTries = 10
/** A job that follows a pipeline which has not ended is looked at again after this time. */
const lookAgainMs = 5000

type Minted = { readonly job: ReturnType<Tokens['mint']>; readonly lease: ReturnType<Tokens['mint']> }
type Taken = { readonly pipelineId: number; readonly job: JobState; readonly jobs: readonly JobState[] }

export function createClaims(deps: ClaimDeps): Claims {
  const { pending, tokens } = deps
  const lock = createKeyedLock()
  /** Jobs that are being claimed. */
  const picked = new Set<number>()
  /** Until when jobs wait for pipelines that they follow. */
  const heldBack = new Map<number, number>()
  const mint = (): Minted => ({ job: tokens.mint('glcbt-'), lease: tokens.mint('slpl-') })

  async function servable(runner: RunnerRecord): Promise<readonly DemandClass[]> {
    const scope = scopeOf(runner)
    return (await pending.classes()).filter(
      each => mayServe(runner, each) && (scope === null || each.projectId === null || scope.includes(each.projectId)),
    )
  }

  function stillHeldBack(): readonly number[] {
    const nowMs = deps.clock.now().getTime()
    for (const [jobId, untilMs] of heldBack) if (untilMs <= nowMs) heldBack.delete(jobId)
    return [...heldBack.keys()]
  }

  /** May it run, as far as other pipelines go? One that may never is ended here. */
  async function isReady({ pipelineId, jobId }: PendingJob): Promise<boolean> {
    const upstream = await upstreamStatusOf(deps, jobId)
    if (upstream.kind === 'passed') return true
    if (upstream.kind === 'waiting') heldBack.set(jobId, deps.clock.now().getTime() + lookAgainMs)
    else await drop(deps, { pipelineId, jobId }, 'unmet_prerequisites', upstream.message)
    return false
  }

  /** One after the other, so that runners who ask at the same time do not all reach for the same job. */
  const pick = (wish: Parameters<PendingJobs['next']>[0]): Promise<PendingJob | null> =>
    lock('pick', async () => {
      const next = await pending.next({ ...wish, except: [...wish.except, ...picked, ...stillHeldBack()] })
      if (next !== null) picked.add(next.jobId)
      return next
    })

  return {
    classesFor: async runner => (await servable(runner)).map(each => each.key),

    async claim(runner, wish) {
      const repeated = await pending.claimByNonce(runner.id, wish.nonce)
      if (repeated !== null) return await repeatClaim(deps, runner, repeated, mint())
      const classes = (await servable(runner)).map(each => each.key)
      const except: number[] = []
      for (let count = 0; count < maxTries; count += 1) {
        const next = await pick({ classes, projectIds: scopeOf(runner), except })
        if (next === null) return null
        except.push(next.jobId)
        try {
          if (!(await isReady(next))) continue
          const minted = mint()
          const taken = await take(deps, runner, next, { nonce: wish.nonce, minted })
          const payload = taken === null ? null : await payloadOrDrop(deps, runner, taken, minted)
          if (payload !== null) return payload
        } finally {
          picked.delete(next.jobId)
        }
      }
      return null
    },
  }
}

/** Null: somebody else was quicker, or it was canceled. */
async function take(
  { transitions }: ClaimDeps,
  runner: RunnerRecord,
  { pipelineId, jobId }: PendingJob,
  { nonce, minted }: { readonly nonce: string; readonly minted: Minted },
): Promise<Taken | null> {
  let jobs: readonly JobState[] = []
  const transition = await transitions.apply(pipelineId, machine => {
    if (machine.job(jobId)?.status !== 'pending') return null
    jobs = machine.jobs()
    return {
      event: { type: 'claimed', jobId, runnerId: runner.id },
      claim: { jobId, nonce, jobTokenHash: minted.job.hash, leaseTokenHash: minted.lease.hash },
    }
  })
  const job = transition?.changed.find(each => each.id === jobId)
  return job === undefined ? null : { pipelineId, job, jobs }
}

/** The answer to the first call never arrived: the same job again, under new tokens. */
async function repeatClaim(
  deps: ClaimDeps,
  runner: RunnerRecord,
  lease: { readonly jobId: number; readonly lease: number },
  minted: Minted,
): Promise<JobPayload | null> {
  const record = await deps.reader.job(lease.jobId)
  if (record === null) return null
  const hashes = { jobTokenHash: minted.job.hash, leaseTokenHash: minted.lease.hash }
  if (!(await deps.leases.replaceTokens(lease, hashes))) return null
  let taken: Taken | null = null
  await deps.transitions.apply(record.pipelineId, machine => {
    const job = machine.job(lease.jobId)
    if (job?.lease === lease.lease) taken = { pipelineId: record.pipelineId, job, jobs: machine.jobs() }
    return null
  })
  return taken === null ? null : await payloadOrDrop(deps, runner, taken, minted)
}

const reasons: Readonly<Record<string, FailureReason>> = {
  missing_dependency: 'missing_dependency_failure',
  deployment_forbidden: 'protected_environment_failure',
  outdated_deployment: 'failed_outdated_deployment_job',
}

/** A job whose payload cannot be made fails with the reason, and the runner gets another. */
async function payloadOrDrop(
  deps: ClaimDeps,
  runner: RunnerRecord,
  taken: Taken,
  minted: Minted,
): Promise<JobPayload | null> {
  try {
    return await gatherPayload(deps, runner, taken, minted)
  } catch (error) {
    const isExpected = error instanceof AppError
    if (!isExpected) deps.log.error({ err: error, jobId: taken.job.id }, 'the payload of a job could not be made')
    const reason = (isExpected && reasons[error.code]) || 'data_integrity_failure'
    await drop(deps, { pipelineId: taken.pipelineId, jobId: taken.job.id }, reason, messageOf(error))
    return null
  }
}

async function drop(
  { jobIds, transitions }: ClaimDeps,
  { pipelineId, jobId }: { readonly pipelineId: number; readonly jobId: number },
  reason: FailureReason,
  message: string,
): Promise<void> {
  const newJobId = await jobIds.take()
  await transitions.apply(pipelineId, () => ({
    event: { type: 'dropped', jobId, reason, detail: null, message, newJobId },
  }))
}

async function gatherPayload(
  deps: ClaimDeps,
  runner: RunnerRecord,
  { pipelineId, job, jobs }: Taken,
  minted: Minted,
): Promise<JobPayload> {
  const { reader, facts, surroundings } = deps
  const [jobFacts, pushedImages] = await Promise.all([facts.of(pipelineId, job), reader.pushedImages(pipelineId)])
  const { pipeline, plan } = jobFacts
  await deps.guard.demandAtClaim({ pipeline, plan, job })
  const [dependencies, upcoming] = await Promise.all([
    claimedDependencies(deps, { pipeline, plan, job, jobs }),
    reader.plansOf(pipelineId, nextPlans(job, jobs)),
  ])
  const { environment } = plan
  const isEnvironmentProtected =
    environment !== null && (await deps.guard.isEnvironmentProtected(pipeline.projectId, environment.name))
  const at = deps.clock.now()
  const idTokens = await signIdTokens({ ...jobFacts, job, runner, at, isEnvironmentProtected }, deps.idTokens)
  return buildPayload({
    ...jobFacts,
    plan: await withEnvironmentUrl(deps.environments, pipeline.projectId, plan),
    idTokens,
    ...dependencies,
    job,
    surroundings,
    runner,
    jobToken: minted.job.token,
    leaseToken: minted.lease.token,
    pushedImages: pushedImages.filter(image => image.jobId !== job.id),
    upcoming,
  })
}
