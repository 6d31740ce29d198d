// Load, transition, save if the version is unchanged, then tell. One pipeline's events come one after the other; those that
// wait while a save goes on are saved together. Open machines are kept, because a pipeline of two thousand jobs must not be
// read again for each of them.
import { runError } from './errors.ts'
import { type Machine, openMachine } from './machine.ts'
import type { ClaimedJob, PlayedJob, RunChange, RunEvent, RunSnapshot, Transition } from './machine-model.ts'
import { mergeTransitions } from './merge-transitions.ts'
import type { Clock } from './ports.ts'
import type { RunStore } from './store-ports.ts'

/** What is going to happen, decided with the pipeline in hand; null: nothing. It may be asked twice, and must not wait. */
export type Decide = (machine: Machine) => Decision | null

export type Decision = {
  readonly event: RunEvent
  readonly claim?: ClaimedJob
  readonly played?: PlayedJob
}

export type Told = {
  readonly pipelineId: number
  readonly projectId: number
  readonly at: string
  readonly transition: Transition
  /** Whether the pipeline's own state is another than before. */
  readonly hasPipelineChanged: boolean
}

export type Transitions = {
  /** @throws AppError `pipeline_not_found`, `pipeline_busy` */
  readonly apply: (pipelineId: number, decide: Decide) => Promise<Transition | null>
  /** Takes over the machine of a pipeline that was just made. */
  readonly adopt: (snapshot: RunSnapshot, machine: Machine) => void
  readonly forget: (pipelineId: number) => void
}

const keptMachines = 200
const mostAtOnce = 64
const maxTries = 20

type Waiting = {
  readonly decide: Decide
  readonly resolve: (transition: Transition | null) => void
  readonly reject: (error: unknown) => void
}

type OpenRun = { readonly projectId: number; readonly machine: Machine; readonly version: number }

export function createTransitions(deps: {
  readonly store: Pick<RunStore, 'load' | 'save'>
  readonly clock: Clock
  /** Called after each saved change, in the order of the events. It must not wait. */
  readonly tell: (told: Told) => void
  /** There is no such pipeline, or no longer: its project may have been deleted. */
  readonly gone: (pipelineId: number) => void
}): Transitions {
  const { store, clock, tell, gone } = deps
  const open = new Map<number, OpenRun>()
  const queues = new Map<number, Waiting[]>()

  async function find(pipelineId: number): Promise<OpenRun> {
    const known = open.get(pipelineId)
    if (known !== undefined) return known
    const snapshot = await store.load(pipelineId)
    if (snapshot === null) {
      gone(pipelineId)
      throw runError('pipeline_not_found')
    }
    return { projectId: snapshot.projectId, machine: openMachine(snapshot), version: snapshot.version }
  }

  function keep(pipelineId: number, run: OpenRun): void {
    open.delete(pipelineId)
    open.set(pipelineId, run)
    if (open.size > keptMachines) forgetOldest(open)
  }

  /** Works off what waits for one pipeline. */
  async function drain(pipelineId: number, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const group = queue.splice(0, mostAtOnce)
      try {
        await settle(pipelineId, group)
      } catch (error) {
        for (const each of group) each.reject(error)
      }
    }
    queues.delete(pipelineId)
  }

  async function settle(pipelineId: number, group: readonly Waiting[]): Promise<void> {
    for (let count = 0; count < maxTries; count += 1) {
      const run = await find(pipelineId)
      open.delete(pipelineId) // until it is saved: a machine that is ahead of the store must not be found
      const steps = applyAll(pipelineId, run, group, clock.now().toISOString())
      const saved = changeOf(run, steps)
      if (saved !== null && !(await store.save(saved))) continue
      keep(pipelineId, saved === null ? run : { ...run, version: run.version + 1 })
      for (const step of steps) if (step.told !== null) tell(step.told)
      for (const [index, step] of steps.entries()) group[index]?.resolve(step.transition)
      return
    }
    throw runError('pipeline_busy')
  }

  return {
    apply: (pipelineId, decide) =>
      new Promise((resolve, reject) => {
        const queue = queues.get(pipelineId)
        const waiting = { decide, resolve, reject }
        if (queue !== undefined) {
          queue.push(waiting)
          return
        }
        const mine = [waiting]
        queues.set(pipelineId, mine)
        // Those that come in the same turn share a save. It never rejects: each failure goes to its own callers.
        setImmediate(() => void drain(pipelineId, mine))
      }),
    adopt: (snapshot, machine) =>
      keep(snapshot.pipelineId, { projectId: snapshot.projectId, machine, version: snapshot.version }),
    forget: pipelineId => void open.delete(pipelineId),
  }
}

type Step = { readonly decision: Decision | null; readonly transition: Transition | null; readonly told: Told | null }

function applyAll(pipelineId: number, run: OpenRun, group: readonly Waiting[], at: string): readonly Step[] {
  const { machine, projectId } = run
  return group.map(({ decide }) => {
    const before = machine.pipeline()
    const decision = decide(machine)
    if (decision === null) return { decision, transition: null, told: null }
    const transition = machine.apply(decision.event, at)
    if (transition.changed.length + transition.added.length === 0) return { decision, transition, told: null }
    const hasPipelineChanged = differs(before, transition.pipeline)
    return { decision, transition, told: { pipelineId, projectId, at, transition, hasPipelineChanged } }
  })
}

/** All steps as one change; null: nothing has changed. */
function changeOf({ version }: OpenRun, steps: readonly Step[]): RunChange | null {
  const told = steps.flatMap(step => (step.told === null ? [] : [step.told]))
  const last = told.at(-1)
  if (last === undefined) return null
  const { pipelineId, projectId, at } = last
  const claims = steps.flatMap(step =>
    step.told === null || step.decision?.claim === undefined ? [] : [step.decision.claim],
  )
  const played = steps.flatMap(step =>
    step.told === null || step.decision?.played === undefined ? [] : [step.decision.played],
  )
  return { pipelineId, projectId, version, at, ...mergeTransitions(told.map(each => each.transition)), claims, played }
}

function differs(before: Transition['pipeline'], after: Transition['pipeline']): boolean {
  return before.status !== after.status || before.hasWarnings !== after.hasWarnings
}

function forgetOldest(open: Map<number, unknown>): void {
  const oldest = open.keys().next()
  if (oldest.done !== true) open.delete(oldest.value)
}
