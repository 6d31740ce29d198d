// Makes a pipeline: facts of repository, project and people → the compiler → rows with the state to begin with, in one
// transaction, so that the first jobs are pending the moment that the pipeline exists.
import { compile } from '../pipeline/compile.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import type { CompileResult, Diagnostic, Plan } from '../pipeline/model.ts'
import { isSkipped } from '../pipeline/skip.ts'
import { type Gathered, gatherContext } from './creation-context.ts'
import { demandClassOf } from './demand.ts'
import { runError } from './errors.ts'
import { firstAttempt } from './job-moves.ts'
import { jobRuleOf } from './job-rule.ts'
import { type Machine, openMachine } from './machine.ts'
import type { PipelineState, RunSnapshot, Transition } from './machine-model.ts'
import type { Clock, Directory, Repositories, Surroundings, VariablesSource } from './ports.ts'
import { priorityOf } from './priority.ts'
import type { PipelineRecord } from './records.ts'
import type { CreatedPipeline, NewPipeline, RunnerStore, RunReader, RunStore } from './store-ports.ts'
import type { Told, Transitions } from './transitions.ts'
import type { PipelineCreation, PipelineRequest } from './trigger.ts'

export type CreationDeps = {
  readonly store: RunStore
  readonly reader: RunReader
  readonly runners: Pick<RunnerStore, 'hasOwn'>
  readonly transitions: Transitions
  readonly repositories: Repositories
  readonly directory: Directory
  readonly variables: VariablesSource
  readonly surroundings: Surroundings
  readonly clock: Clock
  readonly tell: (told: Told) => void
  /** Called when it is there: what is to be done beside. It must not wait. */
  readonly onCreated: (pipeline: PipelineRecord) => void
}

export async function createPipeline(deps: CreationDeps, request: PipelineRequest): Promise<PipelineCreation> {
  const gathered = await gatherContext(deps, request)
  if (gathered.kind === 'none') return gathered
  const { context } = gathered
  if (!isSkipped(context) && gathered.config === null) {
    return { kind: 'none', reason: 'no_file', message: `there is no ${context.configPath} at ${context.ref}` }
  }
  const files = deps.repositories.sourceFiles({
    projectId: request.projectId,
    sha: context.sha,
    user: gathered.actor,
    parentPipelineId: request.upstream?.isChild === true ? request.upstream.pipelineId : null,
  })
  const result = await compile(gathered.config ?? '', context, files)
  return await keepResult(deps, request, gathered, result)
}

async function keepResult(
  deps: CreationDeps,
  request: PipelineRequest,
  gathered: Gathered,
  result: CompileResult,
): Promise<PipelineCreation> {
  if (!result.valid) {
    return {
      kind: 'invalid',
      pipeline: await keepEmpty(deps, request, gathered, 'failed', result.errors, result.warnings),
    }
  }
  if (result.created) return await keepPlan(deps, request, gathered, result.plan, result.warnings)
  if (result.reason !== 'skip') return { kind: 'none', reason: result.reason, message: result.message }
  return { kind: 'skipped', pipeline: await keepEmpty(deps, request, gathered, 'skipped', [], []) }
}

/** A pipeline without jobs, that tells why. */
async function keepEmpty(
  deps: CreationDeps,
  request: PipelineRequest,
  gathered: Gathered,
  status: 'failed' | 'skipped',
  errors: readonly Diagnostic[],
  warnings: readonly Diagnostic[],
): Promise<PipelineRecord> {
  const { context } = gathered
  const row: NewPipeline = {
    ...commonRow(request, context),
    errors,
    warnings,
    name: null,
    stages: [],
    jobs: [],
    demandClasses: [],
    explanation: { explanations: [], leftOut: [] },
    autoCancel: { onNewCommit: 'none', onJobFailure: 'none' },
    yamlVariables: [],
  }
  const pipeline: PipelineState = { status, hasWarnings: false, startedAt: null, finishedAt: context.createdAt }
  const { id } = await deps.store.create(row, () => ({ pipeline, jobs: [] }))
  announce(deps, request, id, context.createdAt, { changed: [], added: [], effects: [], pipeline })
  return await recordOf(deps, id)
}

async function keepPlan(
  deps: CreationDeps,
  request: PipelineRequest,
  gathered: Gathered,
  plan: Plan,
  warnings: readonly Diagnostic[],
): Promise<PipelineCreation> {
  const { context } = gathered
  const lockedProjectId = (await deps.runners.hasOwn(request.projectId)) ? request.projectId : null
  const classes = plan.jobs.map(job => demandClassOf(job.tags, context.isRefProtected, lockedProjectId))
  const row: NewPipeline = {
    ...commonRow(request, context),
    errors: [],
    warnings,
    name: plan.name,
    stages: plan.stages,
    jobs: plan.jobs,
    demandClasses: [...new Map(classes.map(each => [each.key, each])).values()],
    explanation: { explanations: plan.explanations, leftOut: plan.leftOut },
    autoCancel: plan.autoCancel,
    yamlVariables: plan.variables,
  }
  const opening: { run: Opening | null } = { run: null }
  const { id } = await deps.store.create(row, created => {
    opening.run = openRun(request, context, plan, { ...created, demandClasses: classes.map(each => each.key) })
    return { pipeline: opening.run.machine.pipeline(), jobs: opening.run.machine.jobs() }
  })
  if (opening.run === null) throw new Error(`pipeline ${id} was made without a state to begin with`)
  deps.transitions.adopt(opening.run.snapshot, opening.run.machine)
  announce(deps, request, id, context.createdAt, opening.run.transition)
  const pipeline = await recordOf(deps, id)
  deps.onCreated(pipeline)
  return { kind: 'created', pipeline }
}

type Opening = { readonly snapshot: RunSnapshot; readonly machine: Machine; readonly transition: Transition }

function openRun(
  request: PipelineRequest,
  context: PipelineContext,
  plan: Plan,
  { id, firstJobId, demandClasses }: CreatedPipeline & { readonly demandClasses: readonly string[] },
): Opening {
  const snapshot: RunSnapshot = {
    pipelineId: id,
    projectId: request.projectId,
    version: 1,
    pipeline: { status: 'created', hasWarnings: false, startedAt: null, finishedAt: null },
    sourceJobId: request.upstream?.jobId ?? null,
    onJobFailure: plan.autoCancel.onJobFailure,
    onNewCommit: plan.autoCancel.onNewCommit,
    jobs: plan.jobs.map((job, index) =>
      firstAttempt({
        id: firstJobId + index,
        rule: jobRuleOf(job),
        demandClass: demandClasses[index] ?? '',
        userId: request.userId,
        createdAt: context.createdAt,
      }),
    ),
  }
  const machine = openMachine(snapshot)
  return { snapshot, machine, transition: machine.apply({ type: 'start' }, context.createdAt) }
}

function commonRow(request: PipelineRequest, context: PipelineContext) {
  const { variables: _levels, changedPaths: _paths, inputs: _inputs, ...lasting } = context
  return {
    projectId: request.projectId,
    ref: request.ref,
    sha: context.sha,
    beforeSha: context.beforeSha,
    source: request.source,
    userId: request.userId,
    isProtected: context.isRefProtected,
    commitTitle: context.commit.message.split('\n', 1)[0]?.slice(0, 255) ?? '',
    parentPipelineId: request.upstream?.isChild === true ? request.upstream.pipelineId : null,
    sourceJobId: request.upstream?.jobId ?? null,
    scheduleId: request.scheduleId,
    context: { ...lasting, changedPaths: null, inputs: {} },
    variables: [...request.variables, ...request.scheduleVariables],
    createdAt: context.createdAt,
    priority: priorityOf(request.source),
    servedRef: request.source === 'push' ? { ref: request.ref, sha: context.sha } : null,
  }
}

function announce(
  deps: CreationDeps,
  request: PipelineRequest,
  pipelineId: number,
  at: string,
  transition: Transition,
): void {
  deps.tell({ pipelineId, projectId: request.projectId, at, transition, hasPipelineChanged: true })
}

async function recordOf({ reader }: CreationDeps, id: number): Promise<PipelineRecord> {
  const pipeline = await reader.pipeline(id)
  if (pipeline === null) throw runError('pipeline_not_found')
  return pipeline
}
