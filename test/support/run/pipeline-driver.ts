// Drives the state machine by job names, as a test reads best: `driver.finish('build', 'failed')`.
import { firstAttempt } from '../../../src/run/job-moves.ts'
import { openMachine } from '../../../src/run/machine.ts'
import type { Effect, JobRule, JobState, RunEvent, RunSnapshot, Transition } from '../../../src/run/machine-model.ts'
import type { FailureReason, JobOutcome, JobStatus } from '../../../src/run/model.ts'

export type RuleSketch = Partial<JobRule> & { readonly name: string; readonly stage?: number }
export type OutcomeWord = 'success' | 'failed' | 'canceled' | FailureReason | number

export type PipelineDriver = {
  readonly apply: (event: RunEvent) => Transition
  readonly start: () => Transition
  /** Claims the job if it is pending, then ends it. A number is an exit code, another word a failure reason. */
  readonly finish: (name: string, outcome: OutcomeWord) => Transition
  readonly claim: (name: string) => Transition
  readonly play: (name: string) => Transition
  readonly retry: (name: string) => Transition
  readonly retryPipeline: () => Transition
  readonly cancel: (name: string) => Transition
  readonly cancelPipeline: () => Transition
  readonly passSeconds: (seconds: number) => void
  readonly timer: (name: string) => Transition
  readonly job: (name: string) => JobState
  readonly status: (name: string) => JobStatus
  readonly statuses: () => Readonly<Record<string, JobStatus>>
  readonly pipeline: () => string
  readonly effects: () => readonly Effect[]
}

export function ruleOf(sketch: RuleSketch): JobRule {
  const { stage, ...rule } = sketch
  return {
    stageIndex: stage ?? 0,
    kind: 'build',
    when: 'on_success',
    startInSeconds: null,
    allowFailure: false,
    allowFailureExitCodes: null,
    needs: null,
    retry: { max: 0, when: ['always'], exitCodes: [] },
    interruptible: false,
    resourceGroup: null,
    environment: null,
    strategy: null,
    ...rule,
  }
}

export function snapshotOf(rules: readonly JobRule[], change: Partial<RunSnapshot> = {}): RunSnapshot {
  return {
    pipelineId: 1,
    projectId: 1,
    version: 1,
    pipeline: { status: 'created', hasWarnings: false, startedAt: null, finishedAt: null },
    sourceJobId: null,
    onJobFailure: 'none',
    onNewCommit: 'conservative',
    jobs: rules.map((rule, index) => firstAttempt({ id: index + 1, rule, createdAt: '2026-01-01T00:00:00.000Z' })),
    ...change,
  }
}

export function drive(rules: readonly JobRule[], change: Partial<RunSnapshot> = {}): PipelineDriver {
  const snapshot = snapshotOf(rules, change)
  const machine = openMachine(snapshot)
  let nowMs = Date.parse('2026-01-01T00:00:00.000Z')
  let lastId = snapshot.jobs.length
  const effects: Effect[] = []

  const apply = (event: RunEvent): Transition => {
    const transition = machine.apply(event, new Date(nowMs).toISOString())
    effects.push(...transition.effects)
    return transition
  }
  const job = (name: string): JobState => {
    const found = machine.jobs().find(each => each.rule.name === name)
    if (found === undefined) throw new Error(`no job ${name}`)
    return found
  }
  const newId = (): number => {
    lastId += 1
    return lastId
  }
  const idOf = (name: string): { readonly jobId: number } => ({ jobId: job(name).id })

  return {
    apply,
    start: () => apply({ type: 'start' }),
    finish(name, outcome) {
      if (job(name).status === 'pending') apply({ type: 'claimed', ...idOf(name), runnerId: 1 })
      return apply({ type: 'finished', ...idOf(name), outcome: outcomeOf(outcome), coverage: null, newJobId: newId() })
    },
    claim: name => apply({ type: 'claimed', ...idOf(name), runnerId: 1 }),
    play: name => apply({ type: 'played', ...idOf(name), userId: null }),
    retry: name => apply({ type: 'job_retried', ...idOf(name), userId: null, newJobId: newId() }),
    retryPipeline: () =>
      apply({
        type: 'pipeline_retried',
        userId: null,
        newJobIds: Array.from({ length: machine.retryableCount() }, newId),
      }),
    cancel: name => apply({ type: 'job_canceled', ...idOf(name), force: false }),
    cancelPipeline: () => apply({ type: 'pipeline_canceled' }),
    passSeconds(seconds) {
      nowMs += seconds * 1000
    },
    timer: name => apply({ type: 'timer_due', ...idOf(name), newJobId: newId() }),
    job,
    status: name => job(name).status,
    statuses: () => Object.fromEntries(machine.jobs().map(each => [each.rule.name, each.status])),
    pipeline: () => `${machine.pipeline().status}${machine.pipeline().hasWarnings ? ' with warnings' : ''}`,
    effects: () => effects,
  }
}

export function outcomeOf(word: OutcomeWord): JobOutcome {
  if (word === 'success' || word === 'canceled') return { status: word }
  return {
    status: 'failed',
    failureReason: typeof word === 'number' || word === 'failed' ? 'script_failure' : word,
    failureDetail: null,
    exitCode: typeof word === 'number' ? word : null,
    message: 'it failed',
  }
}
