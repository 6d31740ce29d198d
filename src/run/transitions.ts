// Load, transition, save if the version is unchanged, then tell. One at a time for each pipeline; open machines are kept,
// because a pipeline of two thousand jobs must not be read again for each of them.
import { createKeyedLock } from '../kit/keyed-lock.ts'
import { runError } from './errors.ts'
import { type Machine, openMachine } from './machine.ts'
import type { JobState, RunChange, RunEvent, RunSnapshot, Transition } from './machine-model.ts'
import type { Clock } from './ports.ts'
import type { RunStore } from './store-ports.ts'

/** What is going to happen, decided with the pipeline in hand; null: nothing. */
export type Decision = {
  readonly event: RunEvent
  readonly claim?: RunChange['claim']
  readonly jobVariables?: RunChange['jobVariables']
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
  readonly apply: (pipelineId: number, decide: (machine: Machine) => Decision | null) => Promise<Transition | null>
  /** Takes over the machine of a pipeline that was just made. */
  readonly adopt: (snapshot: RunSnapshot, machine: Machine) => void
  readonly forget: (pipelineId: number) => void
}

const keptMachines = 200
const maxTries = 20

export function createTransitions(deps: {
  readonly store: Pick<RunStore, 'load' | 'save'>
  readonly clock: Clock
  /** Called after each saved change, in the order of saving. It must not wait. */
  readonly tell: (told: Told) => void
}): Transitions {
  const { store, clock, tell } = deps
  const lock = createKeyedLock()
  const open = new Map<number, OpenRun>()

  async function find(pipelineId: number): Promise<OpenRun> {
    const known = open.get(pipelineId)
    if (known !== undefined) return known
    const snapshot = await store.load(pipelineId)
    if (snapshot === null) throw runError('pipeline_not_found')
    return keep(snapshot, openMachine(snapshot))
  }

  function keep(snapshot: RunSnapshot, machine: Machine): OpenRun {
    const run: OpenRun = { projectId: snapshot.projectId, machine, version: snapshot.version }
    open.delete(snapshot.pipelineId)
    open.set(snapshot.pipelineId, run)
    if (open.size > keptMachines) forgetOldest(open)
    return run
  }

  async function tryOnce(pipelineId: number, decide: (machine: Machine) => Decision | null): Promise<Try> {
    const run = await find(pipelineId)
    const { machine, projectId, version } = run
    const before = machine.pipeline()
    const decision = decide(machine)
    if (decision === null) return { kind: 'done', transition: null }
    const at = clock.now().toISOString()
    open.delete(pipelineId) // until it is saved: a machine that is ahead of the store must not be found
    const transition = machine.apply(decision.event, at)
    if (isNothing(transition)) return keepUnsaved(pipelineId, run, transition)
    const isSaved = await store.save(changeOf({ pipelineId, projectId, version, at }, transition, decision))
    if (!isSaved) return { kind: 'conflict' }
    open.set(pipelineId, { ...run, version: version + 1 })
    tell({ pipelineId, projectId, at, transition, hasPipelineChanged: differs(before, transition.pipeline) })
    return { kind: 'done', transition }
  }

  function keepUnsaved(pipelineId: number, run: OpenRun, transition: Transition): Try {
    open.set(pipelineId, run)
    return { kind: 'done', transition }
  }

  return {
    apply: (pipelineId, decide) =>
      lock(String(pipelineId), async () => {
        for (let count = 0; count < maxTries; count += 1) {
          const result = await tryOnce(pipelineId, decide)
          if (result.kind === 'done') return result.transition
        }
        throw runError('pipeline_busy')
      }),
    adopt: (snapshot, machine) => void keep(snapshot, machine),
    forget: pipelineId => void open.delete(pipelineId),
  }
}

type OpenRun = { readonly projectId: number; readonly machine: Machine; readonly version: number }
type Try = { readonly kind: 'done'; readonly transition: Transition | null } | { readonly kind: 'conflict' }

function isNothing({ changed, added }: Transition): boolean {
  return changed.length === 0 && added.length === 0
}

function changeOf(
  place: Pick<RunChange, 'pipelineId' | 'projectId' | 'version' | 'at'>,
  { changed, added, pipeline }: Transition,
  decision: Decision,
): RunChange {
  const retired = new Map(changed.filter(job => job.isRetried).map(job => [job.rule.name, job.id]))
  return {
    ...place,
    changed,
    added: added.map(job => ({ ...job, retriedJobId: retiredId(retired, job) })),
    pipeline,
    jobVariables: decision.jobVariables ?? null,
    claim: decision.claim ?? null,
  }
}

function retiredId(retired: ReadonlyMap<string, number>, job: JobState): number {
  const id = retired.get(job.rule.name)
  if (id === undefined) throw new Error(`the new attempt ${job.id} of ${job.rule.name} stands for no older one`)
  return id
}

function differs(before: Transition['pipeline'], after: Transition['pipeline']): boolean {
  return before.status !== after.status || before.hasWarnings !== after.hasWarnings
}

function forgetOldest(open: Map<number, unknown>): void {
  const oldest = open.keys().next()
  if (oldest.done !== true) open.delete(oldest.value)
}
