// Runs a plan through the state machine with outcomes given beforehand: "what happens if test1 fails?". Jobs that could
// start together end together, in the order of the file; delayed jobs start when nothing else is left to do.
import type { Plan } from '../pipeline/model.ts'
import { firstAttempt } from './job-moves.ts'
import { jobRuleOf } from './job-rule.ts'
import { type Machine, openMachine } from './machine.ts'
import type { JobState, RunEvent, RunSnapshot } from './machine-model.ts'
import type { JobOutcome, JobStatus, PipelineStatus } from './model.ts'

export type SimulationWishes = {
  /** By name or group name of a job: one outcome an attempt, the last one for all that follow. Else: success. */
  readonly outcomes: ReadonlyMap<string, readonly JobOutcome[]>
  /** Manual (or delayed) jobs that are played as soon as they can be. */
  readonly plays: readonly string[]
  /** The pipeline is canceled when this job has ended. */
  readonly cancelAfter: string | null
}

export type Simulation = {
  readonly pipeline: PipelineStatus
  /** "Passed with warnings". */
  readonly warnings: boolean
  readonly jobs: Readonly<Record<string, JobStatus>>
  /** What could start together, in turn; a job that is tried again stands there again. */
  readonly order: readonly (readonly string[])[]
}

export function simulate(plan: Plan, wishes: SimulationWishes): Simulation {
  const world = openWorld(plan, wishes)
  const order: string[][] = []
  world.tell({ type: 'start' })
  for (;;) {
    world.playWhatIsWished()
    world.giveResources()
    const ready = world.jobs().filter(job => job.status === 'pending')
    if (ready.length > 0) {
      order.push(ready.map(job => job.rule.name))
      world.runTogether(ready)
    } else if (!world.passTime()) break
  }
  const { status, hasWarnings } = world.pipeline()
  return {
    pipeline: status,
    warnings: hasWarnings,
    jobs: Object.fromEntries(world.jobs().map(job => [job.rule.name, job.status])),
    order,
  }
}

type World = Pick<Machine, 'jobs' | 'pipeline'> & {
  readonly tell: (event: RunEvent) => void
  readonly playWhatIsWished: () => void
  readonly giveResources: () => void
  readonly runTogether: (jobs: readonly JobState[]) => void
  /** Moves on to the next delayed job; false: there is none. */
  readonly passTime: () => boolean
}

function openWorld(plan: Plan, wishes: SimulationWishes): World {
  const machine = openMachine(snapshotOf(plan))
  const groupOf = new Map(plan.jobs.map(job => [job.name, job.groupName]))
  const unplayed = new Set(wishes.plays)
  let nowMs = 0
  let lastId = plan.jobs.length

  const tell = (event: RunEvent): void => {
    machine.apply(event, new Date(nowMs).toISOString())
  }
  const newId = (): number => {
    lastId += 1
    return lastId
  }
  const isNamed = (names: ReadonlySet<string>, name: string): boolean =>
    names.has(name) || names.has(groupOf.get(name) ?? name)

  const outcomeOf = (job: JobState): JobOutcome => {
    const { name } = job.rule
    const outcomes = wishes.outcomes.get(name) ?? wishes.outcomes.get(groupOf.get(name) ?? name) ?? []
    return outcomes[Math.min(job.attempt, outcomes.length - 1)] ?? { status: 'success' }
  }

  const finish = (job: JobState): void => {
    const jobId = job.id
    const outcome = outcomeOf(job)
    if (job.rule.kind === 'bridge') for (const event of bridgeEvents(job, outcome, newId())) tell(event)
    else tell({ type: 'finished', jobId, outcome, coverage: null, newJobId: newId() })
    if (wishes.cancelAfter !== null && isNamed(new Set([wishes.cancelAfter]), job.rule.name)) {
      tell({ type: 'pipeline_canceled' })
    }
  }

  return {
    jobs: machine.jobs,
    pipeline: machine.pipeline,
    tell,
    playWhatIsWished() {
      for (const { id, rule, status, attempt } of machine.jobs()) {
        const isWaiting = status === 'manual' || status === 'scheduled'
        if (isWaiting && attempt === 0 && isNamed(unplayed, rule.name))
          tell({ type: 'played', jobId: id, userId: null })
      }
    },
    giveResources() {
      const taken = new Set(
        machine
          .jobs()
          .filter(holdsResource)
          .map(job => job.rule.resourceGroup),
      )
      for (const { id, rule, status } of machine.jobs()) {
        if (status !== 'waiting_for_resource' || taken.has(rule.resourceGroup)) continue
        taken.add(rule.resourceGroup)
        tell({ type: 'resource_acquired', jobId: id })
      }
    },
    runTogether(jobs) {
      for (const job of jobs) tell({ type: 'claimed', jobId: job.id, runnerId: 0 })
      for (const job of jobs) finish(job)
    },
    passTime() {
      const due = machine.jobs().flatMap(job => (job.status === 'scheduled' ? [Date.parse(job.scheduledAt ?? '')] : []))
      if (due.length === 0) return false
      nowMs = Math.min(...due)
      for (const job of machine.jobs()) {
        if (job.status === 'scheduled') tell({ type: 'timer_due', jobId: job.id, newJobId: newId() })
      }
      return true
    },
  }
}

function snapshotOf(plan: Plan): RunSnapshot {
  return {
    pipelineId: 0,
    projectId: 0,
    version: 0,
    pipeline: { status: 'created', hasWarnings: false, startedAt: null, finishedAt: null },
    sourceJobId: null,
    onJobFailure: plan.autoCancel.onJobFailure,
    onNewCommit: plan.autoCancel.onNewCommit,
    jobs: plan.jobs.map((job, index) =>
      firstAttempt({ id: index + 1, rule: jobRuleOf(job), createdAt: new Date(0).toISOString() }),
    ),
  }
}

function holdsResource(job: JobState): boolean {
  return job.rule.resourceGroup !== null && ['pending', 'running', 'canceling'].includes(job.status)
}

/** A bridge has the outcome of its downstream pipeline; one that does not follow it fails only if it cannot be made. */
function bridgeEvents(job: JobState, outcome: JobOutcome, newJobId: number): readonly RunEvent[] {
  const jobId = job.id
  if (job.rule.strategy === null && outcome.status === 'failed') {
    const { failureReason: reason, failureDetail: detail, message } = outcome
    return [{ type: 'dropped', jobId, reason, detail, message, newJobId }]
  }
  if (job.rule.strategy === null && outcome.status === 'canceled') return [{ type: 'job_canceled', jobId, force: true }]
  return [
    { type: 'downstream_created', jobId, downstreamPipelineId: 1 },
    { type: 'downstream_changed', jobId, downstreamPipelineId: 1, status: outcome.status, newJobId },
  ]
}
