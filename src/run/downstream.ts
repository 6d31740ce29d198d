// Bridges: `trigger:` jobs make a child or another project's pipeline, and follow it where their strategy says so.
import type { MergeRequestFacts } from '../pipeline/context.ts'
import { jobVariables } from '../pipeline/job-variables.ts'
import type { JobPlan, TriggerPlan } from '../pipeline/model.ts'
import { expandInRunner } from '../pipeline/variables/runner-expand.ts'
import { zeroSha } from './creation-context.ts'
import type { JobFactsSource, StoredContext } from './job-facts.ts'
import type { JobIds } from './job-ids.ts'
import type { FailureReason, PipelineStatus } from './model.ts'
import { pipelineRequest } from './pipeline-request.ts'
import type { Directory, Surroundings } from './ports.ts'
import type { JobRecord, PipelineRecord, RunVariable } from './records.ts'
import { runtimeFactsOf } from './runtime-facts.ts'
import type { RunReader } from './store-ports.ts'
import type { Transitions } from './transitions.ts'
import type { PipelineCreation, PipelineRequest } from './trigger.ts'

export type Downstream = {
  /** Idempotent: a bridge whose pipeline is there is only told so. */
  readonly create: (bridgeId: number) => Promise<void>
  readonly follow: (bridgeId: number, downstreamPipelineId: number, status: PipelineStatus) => Promise<void>
}

export type DownstreamDeps = {
  readonly reader: RunReader
  readonly directory: Directory
  readonly facts: JobFactsSource
  readonly surroundings: Surroundings
  readonly transitions: Transitions
  readonly jobIds: JobIds
  readonly createPipeline: (request: PipelineRequest) => Promise<PipelineCreation>
}

/** Child pipelines have children, but no grandchildren. */
const maxDepth = 2

type Refusal = { readonly reason: FailureReason; readonly message: string }

export function createDownstream(deps: DownstreamDeps): Downstream {
  const { reader, transitions, jobIds } = deps

  async function connect(bridge: JobRecord, downstream: PipelineRecord): Promise<void> {
    const event = { type: 'downstream_created', jobId: bridge.id, downstreamPipelineId: downstream.id } as const
    await transitions.apply(bridge.pipelineId, () => ({ event }))
    const now = await reader.pipeline(downstream.id)
    if (now !== null) await follow(bridge.id, now.id, now.status)
  }

  async function refuse(bridge: JobRecord, { reason, message }: Refusal): Promise<void> {
    const newJobId = await jobIds.take()
    await transitions.apply(bridge.pipelineId, () => ({
      event: { type: 'dropped', jobId: bridge.id, reason, detail: null, message, newJobId },
    }))
  }

  async function follow(bridgeId: number, downstreamPipelineId: number, status: PipelineStatus): Promise<void> {
    const bridge = await reader.job(bridgeId)
    if (bridge === null) return
    // Only a failure may bring a new attempt.
    const newJobId = status === 'failed' || status === 'skipped' ? await jobIds.take() : 0
    const event = { type: 'downstream_changed', jobId: bridgeId, downstreamPipelineId, status, newJobId } as const
    await transitions.apply(bridge.pipelineId, () => ({ event }))
  }

  return {
    follow,
    async create(bridgeId) {
      const bridge = await reader.job(bridgeId)
      if (bridge === null || bridge.status !== 'pending') return
      const existing = await reader.downstreamOf(bridgeId)
      if (existing !== null) return await connect(bridge, existing)
      const made = await make(deps, bridge)
      if ('reason' in made) await refuse(bridge, made)
      else await connect(bridge, made)
    },
  }
}

async function make(deps: DownstreamDeps, bridge: JobRecord): Promise<PipelineRecord | Refusal> {
  const plan = await deps.reader.jobPlan(bridge.id)
  const pipeline = await deps.reader.pipeline(bridge.pipelineId)
  if (plan === null || plan.trigger === null || pipeline === null) {
    return { reason: 'data_integrity_failure', message: 'what this job triggers is not known' }
  }
  const request = await requestOf(deps, bridge, { ...plan, trigger: plan.trigger }, pipeline)
  if ('reason' in request) return request
  const creation = await deps.createPipeline(request)
  if (creation.kind === 'none') return { reason: reasonOf(creation), message: creation.message }
  if (creation.kind !== 'invalid') return creation.pipeline
  const [first] = creation.pipeline.errors
  const message = `pipeline ${creation.pipeline.id} failed: ${first?.message ?? 'its configuration is not valid'}`
  return { reason: 'downstream_pipeline_creation_failed', message }
}

function reasonOf({ reason }: Extract<PipelineCreation, { readonly kind: 'none' }>): FailureReason {
  return reason === 'forbidden' ? 'downstream_bridge_project_not_found' : 'downstream_pipeline_creation_failed'
}

type BridgePlan = JobPlan & { readonly trigger: TriggerPlan }

async function requestOf(
  deps: DownstreamDeps,
  bridge: JobRecord,
  plan: BridgePlan,
  pipeline: PipelineRecord,
): Promise<PipelineRequest | Refusal> {
  const { trigger } = plan
  const isChild = trigger.project === null
  const target = isChild ? pipeline : await targetOf(deps, plan, pipeline)
  if ('reason' in target) return target
  const refusal = isChild ? await tooDeep(deps, pipeline) : await loop(deps, pipeline, target)
  if (refusal !== null) return refusal
  return pipelineRequest({
    projectId: target.projectId,
    ref: target.ref,
    sha: isChild ? pipeline.sha : null,
    beforeSha: isChild ? pipeline.beforeSha : zeroSha,
    source: isChild ? 'parent_pipeline' : 'pipeline',
    userId: bridge.userId,
    variables: await forwarded(deps, bridge, plan, pipeline),
    inputs: trigger.inputs,
    upstream: { pipelineId: pipeline.id, projectId: pipeline.projectId, jobId: bridge.id, isChild, isBridge: true },
    config: trigger.include === null ? null : JSON.stringify({ include: trigger.include }),
    mergeRequest: isChild ? await mergeRequestOf(deps, pipeline.id) : null,
  })
}

/** A child has the merge request of its parent. */
async function mergeRequestOf({ reader }: DownstreamDeps, pipelineId: number): Promise<MergeRequestFacts | null> {
  const context = (await reader.context(pipelineId)) as Partial<StoredContext> | null
  return context?.mergeRequest ?? null
}

type Target = Pick<PipelineRecord, 'projectId' | 'ref'>

async function targetOf(
  { directory }: DownstreamDeps,
  { trigger }: BridgePlan,
  pipeline: PipelineRecord,
): Promise<Target | Refusal> {
  const path = trigger.project ?? ''
  const found = await directory.project(path)
  if (found === null) {
    const message = `there is no project ${path}, or you may not start pipelines there`
    return { reason: 'downstream_bridge_project_not_found', message }
  }
  if (found.project.id === pipeline.projectId && trigger.include === null) {
    return {
      reason: 'invalid_bridge_trigger',
      message: 'a job cannot trigger a pipeline of its own project without include',
    }
  }
  return {
    projectId: found.project.id,
    ref: { kind: 'branch', name: trigger.branch ?? found.project.defaultBranch },
  }
}

async function tooDeep({ reader }: DownstreamDeps, pipeline: PipelineRecord): Promise<Refusal | null> {
  let depth = 0
  for (let id = pipeline.parentPipelineId; id !== null; depth += 1) {
    id = (await reader.pipeline(id))?.parentPipelineId ?? null
  }
  if (depth < maxDepth) return null
  const message = `child pipelines can be nested ${maxDepth} deep`
  return { reason: 'reached_max_descendant_pipelines_depth', message }
}

const maxAncestors = 100

/** A project and ref that is among the ancestors already would trigger itself without end. */
async function loop({ reader }: DownstreamDeps, pipeline: PipelineRecord, target: Target): Promise<Refusal | null> {
  let current: PipelineRecord | null = pipeline
  for (let count = 0; current !== null && count < maxAncestors; count += 1) {
    const isSame: boolean =
      current.projectId === target.projectId &&
      current.ref.name === target.ref.name &&
      current.parentPipelineId === null
    if (isSame) return { reason: 'pipeline_loop_detected', message: 'the pipeline would trigger itself again' }
    const job: JobRecord | null = current.sourceJobId === null ? null : await reader.job(current.sourceJobId)
    current = job === null ? null : await reader.pipeline(job.pipelineId)
  }
  return null
}

async function forwarded(
  deps: DownstreamDeps,
  bridge: JobRecord,
  { trigger }: BridgePlan,
  pipeline: PipelineRecord,
): Promise<readonly RunVariable[]> {
  const { reader } = deps
  return [
    ...(trigger.forward.yamlVariables ? await yamlVariables(deps, bridge) : []),
    ...(trigger.forward.pipelineVariables ? await reader.pipelineVariables(pipeline.id) : []),
  ]
}

/** Those of the file, with what the bridge knows in them: `$CI_PIPELINE_ID` is how a child finds its parent. */
async function yamlVariables(deps: DownstreamDeps, bridge: JobRecord): Promise<readonly RunVariable[]> {
  const { surroundings } = deps
  const jobFacts = await deps.facts.of(bridge.pipelineId, bridge)
  const runner = { id: 0, description: '', tags: [] }
  const runtime = runtimeFactsOf({
    ...jobFacts,
    job: bridge,
    surroundings,
    runner,
    jobToken: '',
    dotenv: [],
    idTokens: [],
  })
  const known = jobVariables(jobFacts.plan, jobFacts.context, runtime)
  const values = new Map(known.map(({ key, value }) => [key, value]))
  return jobFacts.plan.yamlVariables.map(({ key, value, raw }) => ({
    key,
    value: raw ? value : expandInRunner(value, name => values.get(name) ?? ''),
    type: 'env_var',
    raw,
  }))
}
