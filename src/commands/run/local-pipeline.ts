// One pipeline of a run: the state machine, driven by what really happens. Its effects either come back as events (timers,
// resources) or are told to the run (jobs to start, jobs to cancel, child pipelines to make).
import type { JobPlan, Plan } from '../../pipeline/model.ts'
import { firstAttempt } from '../../run/job-moves.ts'
import { jobRuleOf } from '../../run/job-rule.ts'
import { openMachine } from '../../run/machine.ts'
import type { Effect, JobState, PipelineState, RunEvent } from '../../run/machine-model.ts'
import type { JobStatus } from '../../run/model.ts'
import type { JobChoice } from './job-choice.ts'
import type { ResourceTurns } from './resource-turns.ts'

export type LocalPipeline = {
  readonly id: number
  /** An event that does not fit the job's state changes nothing. */
  readonly tell: (event: RunEvent) => void
  readonly state: () => PipelineState
  /** The latest attempts, in the order of the plan. */
  readonly jobs: () => readonly JobState[]
  readonly job: (jobId: number) => JobState | undefined
  readonly planOf: (job: JobState) => JobPlan
  /** Resolves when nothing runs and nothing will: what is left waits for somebody. */
  readonly settled: Promise<void>
}

export type PipelineOrders = {
  readonly startJob: (jobId: number) => void
  readonly cancelJob: (jobId: number) => void
  readonly createDownstream: (jobId: number) => void
  readonly cancelDownstream: (pipelineId: number) => void
  readonly onStatus: (status: PipelineState['status']) => void
}

export type LocalPipelineOptions = {
  readonly id: number
  readonly plan: Pick<Plan, 'autoCancel'>
  readonly choice: JobChoice
  readonly turns: ResourceTurns
  readonly newJobId: () => number
  readonly now: () => Date
  readonly orders: PipelineOrders
}

const activeStatuses: readonly JobStatus[] = [
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'canceling',
  'scheduled',
]

export function createLocalPipeline(options: LocalPipelineOptions): LocalPipeline {
  const { choice, turns, orders, now, newJobId } = options
  const plans = new Map(choice.jobs.map(job => [job.name, job]))
  const machine = openMachine(snapshotOf(options))
  const timers = new Set<NodeJS.Timeout>()
  const settled = Promise.withResolvers<void>()

  function tell(event: RunEvent): void {
    const before = machine.pipeline().status
    const { effects, pipeline } = machine.apply(event, now().toISOString())
    // What starts at the same time starts in the order of the file.
    for (const effect of effects.toSorted((one, other) => one.jobId - other.jobId)) perform(effect)
    playWhatIsAsked()
    if (pipeline.status !== before) orders.onStatus(machine.pipeline().status)
    if (machine.jobs().some(job => activeStatuses.includes(job.status))) return
    for (const timer of timers) clearTimeout(timer)
    settled.resolve()
  }

  function perform(effect: Effect): void {
    if (effect.type === 'enqueue') orders.startJob(effect.jobId)
    else if (effect.type === 'cancel_running') orders.cancelJob(effect.jobId)
    else if (effect.type === 'create_downstream') orders.createDownstream(effect.jobId)
    else if (effect.type === 'cancel_downstream') orders.cancelDownstream(effect.downstreamPipelineId)
    else if (effect.type === 'release_resource') turns.release(effect.key, effect.jobId)
    else if (effect.type === 'request_resource')
      turns.request(effect.key, effect.jobId, () => tell({ type: 'resource_acquired', jobId: effect.jobId }))
    else if (effect.type === 'start_timer') startTimer(effect.jobId, effect.at)
    // `tell_upstream` is of pipelines that know their bridge: here `onStatus` tells it.
  }

  /** Longer than a timer can wait, it waits in turns. */
  function startTimer(jobId: number, at: string): void {
    const leftMs = Date.parse(at) - now().getTime()
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        if (Date.parse(at) > now().getTime()) startTimer(jobId, at)
        else tell({ type: 'timer_due', jobId, newJobId: newJobId() })
      },
      Math.min(Math.max(0, leftMs), 2 ** 31 - 1),
    )
    timers.add(timer)
  }

  function playWhatIsAsked(): void {
    for (const { id, rule, status, attempt } of machine.jobs()) {
      const waits = status === 'manual' || status === 'scheduled'
      if (waits && attempt === 0 && choice.plays.has(rule.name)) tell({ type: 'played', jobId: id, userId: null })
    }
  }

  return {
    id: options.id,
    tell,
    state: machine.pipeline,
    jobs: machine.jobs,
    job: machine.job,
    planOf(job) {
      const plan = plans.get(job.rule.name)
      if (plan === undefined) throw new Error(`the pipeline has no plan of ${job.rule.name}`)
      return plan
    },
    settled: settled.promise,
  }
}

function snapshotOf({ id, plan, choice, newJobId, now }: LocalPipelineOptions) {
  const createdAt = now().toISOString()
  return {
    pipelineId: id,
    projectId: 1,
    version: 0,
    pipeline: { status: 'created' as const, hasWarnings: false, startedAt: null, finishedAt: null },
    sourceJobId: null,
    onJobFailure: plan.autoCancel.onJobFailure,
    onNewCommit: plan.autoCancel.onNewCommit,
    jobs: choice.jobs.map(job => firstAttempt({ id: newJobId(), rule: jobRuleOf(job), createdAt })),
  }
}
