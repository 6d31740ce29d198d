// The coordinator of a run: its pipelines (the working copy's own and its children), the jobs that are ready to be taken, and
// who is to be told when one is canceled. All in memory: a run ends with its process.
import { AppError, messageOf } from '../../kit/errors.ts'
import type { JobState, PipelineState } from '../../run/machine-model.ts'
import type { FailureReason, JobOutcome } from '../../run/model.ts'
import type { JobPayload } from '../../run/protocol.ts'
import type { ChildPipelines } from './child-pipelines.ts'
import type { CompiledPipeline } from './compiled-pipeline.ts'
import type { JobChoice } from './job-choice.ts'
import { type PayloadWorld, type PipelineFacts, payloadOf } from './local-payload.ts'
import { createLocalPipeline } from './local-pipeline.ts'
import { createReadyJobs } from './ready-jobs.ts'
import { createResourceTurns } from './resource-turns.ts'

export type LocalRun = {
  readonly pipelines: () => readonly RunningPipeline[]
  /** Makes a pipeline and starts its first jobs. */
  readonly start: (compiled: CompiledPipeline, choice: JobChoice, parent: ParentBridge | null) => RunningPipeline
  /** The next job that is ready (or the one that is asked for), claimed; null: there is none. */
  readonly take: (jobId: number | null) => JobPayload | null
  /** Resolves when there may be a job to take. */
  readonly ready: (signal: AbortSignal) => Promise<void>
  readonly job: (jobId: number) => OwnedJob | null
  /** By `CI_JOB_TOKEN`; null: there is no such job. */
  readonly jobOfToken: (token: string) => number | null
  readonly begin: (jobId: number) => void
  readonly finish: (jobId: number, outcome: JobOutcome, coverage: number | null) => void
  /** Of jobs that run: those that the runner does not know, although it has had the time. */
  readonly dropLost: (heldJobIds: ReadonlySet<number>) => void
  readonly cancel: () => void
  /** After a cancel: does not wait for jobs to end. Their leases are over, so the runner leaves them as they are. */
  readonly giveUp: () => void
  readonly onCancel: (listener: (jobId: number) => void) => void
}

/** Where a child pipeline comes from. */
export type ParentBridge = { readonly pipeline: RunningPipeline; readonly jobId: number; readonly title: string }

export type RunningPipeline = PipelineFacts & { readonly parent: ParentBridge | null }

export type OwnedJob = { readonly job: JobState; readonly owner: RunningPipeline }

export type LocalRunDeps = PayloadWorld & {
  readonly now: () => Date
  readonly children: ChildPipelines
  readonly onJobTaken: (job: OwnedJob) => void
}

const runnerId = 1
/** A job is with the runner at once; what takes longer went wrong there. */
const lostAfterMs = 10_000

export function createLocalRun(deps: LocalRunDeps): LocalRun {
  const { now, children } = deps
  const turns = createResourceTurns()
  const pipelines: RunningPipeline[] = []
  const ready = createReadyJobs()
  const cancelListeners: ((jobId: number) => void)[] = []
  const tokens = new Map<string, number>()
  let lastJobId = 0

  function newJobId(): number {
    lastJobId += 1
    return lastJobId
  }

  function find(jobId: number): OwnedJob | null {
    for (const owner of pipelines) {
      const job = owner.pipeline.job(jobId)
      if (job !== undefined) return { job, owner }
    }
    return null
  }

  function start(compiled: CompiledPipeline, choice: JobChoice, parent: ParentBridge | null): RunningPipeline {
    const { plan, context, sourceSha } = compiled
    const pipeline = createLocalPipeline({
      id: pipelines.length + 1,
      plan,
      choice,
      turns,
      newJobId,
      now,
      orders: {
        startJob: ready.add,
        cancelJob: jobId => {
          for (const listener of cancelListeners) listener(jobId)
        },
        createDownstream,
        cancelDownstream: id =>
          pipelines.find(each => each.pipeline.id === id)?.pipeline.tell({ type: 'pipeline_canceled' }),
        onStatus: status => (parent === null ? undefined : follow(parent, pipeline.id, status)),
      },
    })
    const running = {
      pipeline,
      context,
      sourceSha,
      name: plan.name,
      stages: plan.stages,
      createdAt: now().toISOString(),
      parent,
    }
    pipelines.push(running)
    // A bridge knows its pipeline before anything in that can happen.
    parent?.pipeline.pipeline.tell({
      type: 'downstream_created',
      jobId: parent.jobId,
      downstreamPipelineId: pipeline.id,
    })
    pipeline.tell({ type: 'start' })
    return running
  }

  function follow(
    { pipeline, jobId }: ParentBridge,
    downstreamPipelineId: number,
    status: PipelineState['status'],
  ): void {
    pipeline.pipeline.tell({ type: 'downstream_changed', jobId, downstreamPipelineId, status, newJobId: newJobId() })
  }

  function createDownstream(jobId: number): void {
    const bridge = find(jobId)
    if (bridge === null) return
    children.compile(bridge).then(
      compiled => {
        if (bridge.owner.pipeline.job(jobId)?.status !== 'pending') return
        const title = titleOf(bridge)
        start(compiled, { jobs: compiled.plan.jobs, plays: new Set() }, { pipeline: bridge.owner, jobId, title })
      },
      (error: unknown) => drop(jobId, reasonOf(error), messageOf(error)),
    )
  }

  function drop(jobId: number, reason: FailureReason, message: string): void {
    const event = { type: 'dropped', jobId, reason, detail: null, message, newJobId: newJobId() } as const
    find(jobId)?.owner.pipeline.tell(event)
  }

  function claim(jobId: number): JobPayload | null {
    const owner = find(jobId)?.owner
    owner?.pipeline.tell({ type: 'claimed', jobId, runnerId })
    const job = owner?.pipeline.job(jobId)
    if (owner === undefined || job?.status !== 'running') return null
    deps.onJobTaken({ job, owner })
    try {
      const payload = payloadOf(job, owner, deps)
      tokens.set(payload.token, jobId)
      return payload
    } catch (error) {
      drop(jobId, 'data_integrity_failure', messageOf(error))
      return null
    }
  }

  return {
    pipelines: () => pipelines,
    start,
    take(jobId) {
      for (;;) {
        const next = ready.take(jobId)
        if (next === null) return null
        const payload = claim(next)
        if (payload !== null) return payload
      }
    },
    ready: ready.wait,
    job: find,
    jobOfToken: token => tokens.get(token) ?? null,
    begin: jobId => find(jobId)?.owner.pipeline.tell({ type: 'begun', jobId }),
    finish: (jobId, outcome, coverage) =>
      find(jobId)?.owner.pipeline.tell({ type: 'finished', jobId, outcome, coverage, newJobId: newJobId() }),
    dropLost(held) {
      for (const { pipeline } of pipelines)
        for (const { id, rule, status, startedAt } of pipeline.jobs()) {
          const isTaken = rule.kind === 'build' && (status === 'running' || status === 'canceling')
          const waitedMs = now().getTime() - Date.parse(startedAt ?? '')
          if (isTaken && !held.has(id) && waitedMs > lostAfterMs)
            drop(id, 'runner_system_failure', 'the runner could not start the job')
        }
    },
    cancel() {
      for (const { pipeline } of pipelines) pipeline.tell({ type: 'pipeline_canceled' })
    },
    giveUp() {
      for (const { pipeline } of pipelines)
        for (const { id } of pipeline.jobs()) pipeline.tell({ type: 'job_canceled', jobId: id, force: true })
    },
    onCancel: listener => {
      cancelListeners.push(listener)
    },
  }
}

/** `bridge: job` for people, however deep. */
export function titleOf({ job, owner }: OwnedJob): string {
  return owner.parent === null ? job.rule.name : `${owner.parent.title} › ${job.rule.name}`
}

function reasonOf(error: unknown): FailureReason {
  return error instanceof AppError && error.code === 'no_such_project'
    ? 'downstream_bridge_project_not_found'
    : 'downstream_pipeline_creation_failed'
}
