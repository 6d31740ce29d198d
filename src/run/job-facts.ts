// Gathers what a job's variables and payload are made of. What never changes about a pipeline is kept for a while.
import { createExpiringCache } from '../kit/expiring-cache.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import type { JobPlan } from '../pipeline/model.ts'
import { runError } from './errors.ts'
import type { JobState } from './machine-model.ts'
import type { Clock, Directory, VariablesSource } from './ports.ts'
import type { PipelineRecord, RunVariable } from './records.ts'
import type { ReleaseStore } from './release-ports.ts'
import type { RunReader } from './store-ports.ts'

export type JobFacts = {
  readonly pipeline: PipelineRecord
  readonly plan: JobPlan
  /** With all levels of variables as they are now. */
  readonly context: PipelineContext
  readonly playVariables: readonly RunVariable[]
}

/** What is kept of a context in the store: the levels of variables are read anew for each job. */
export type StoredContext = Omit<PipelineContext, 'variables'>

export type JobFactsSource = {
  readonly of: (pipelineId: number, job: Pick<JobState, 'id' | 'userId'>) => Promise<JobFacts>
  /** Its status is that of the moment it was first asked for. */
  readonly pipeline: (pipelineId: number) => Promise<PipelineRecord>
}

type Lasting = {
  readonly pipeline: PipelineRecord
  readonly context: StoredContext
  readonly variables: readonly RunVariable[]
}

export function createJobFacts(deps: {
  readonly reader: RunReader
  readonly directory: Directory
  readonly variables: VariablesSource
  readonly releases: Pick<ReleaseStore, 'byTag'>
  readonly clock: Clock
}): JobFactsSource {
  const { reader, directory, variables, releases } = deps
  const lasting = createExpiringCache<Lasting>({
    lifetimeMs: 600_000,
    maxEntries: 200,
    clock: () => deps.clock.now().getTime(),
  })

  const lastingOf = (pipelineId: number): Promise<Lasting> =>
    lasting.get(String(pipelineId), async () => {
      const pipeline = await reader.pipeline(pipelineId)
      const context = (await reader.context(pipelineId)) as StoredContext | null
      if (pipeline === null || context === null) throw runError('pipeline_not_found')
      return { pipeline, context, variables: await reader.pipelineVariables(pipelineId) }
    })

  return {
    async of(pipelineId, job) {
      const { pipeline, context, variables: pipelineVariables } = await lastingOf(pipelineId)
      const plan = await reader.jobPlan(job.id)
      if (plan === null) throw runError('job_not_found')
      const isAction = plan.when === 'manual' || plan.when === 'delayed'
      const { projectId, isProtected } = pipeline
      const [levels, user, playVariables, release] = await Promise.all([
        variables.levels({ projectId, isProtected }),
        job.userId === null || job.userId === pipeline.userId ? null : directory.user(job.userId),
        isAction ? reader.playVariables(job.id) : [],
        context.isTag ? releases.byTag(projectId, context.ref) : null,
      ])
      return {
        pipeline,
        plan,
        playVariables,
        context: {
          ...context,
          pipelineIid: String(pipeline.iid),
          user: user?.facts ?? context.user,
          releaseDescription: release?.description ?? null,
          variables: { ...levels, pipeline: pipelineVariables.map(variableOf), schedule: [] },
        },
      }
    },
    pipeline: async pipelineId => (await lastingOf(pipelineId)).pipeline,
  }
}

export function variableOf({ key, value, raw, type }: RunVariable) {
  return { key, value, raw, file: type === 'file' }
}
