// The artifacts and dotenv variables that a claimed job gets from others.
import { AppError } from '../kit/errors.ts'
import type { JobPlan, UpstreamNeed } from '../pipeline/model.ts'
import { dependenciesOf } from './dependencies.ts'
import type { JobState } from './machine-model.ts'
import type { ArtifactFacts } from './ports.ts'
import type { JobDependency } from './protocol.ts'
import type { PipelineRecord, RunVariable } from './records.ts'
import type { RunReader } from './store-ports.ts'

type Deps = { readonly reader: RunReader; readonly artifacts: ArtifactFacts }
type Dependency = Omit<JobDependency, 'token'>

export type ClaimedDependencies = {
  readonly dependencies: readonly Dependency[]
  readonly dotenv: readonly RunVariable[]
}

/** @throws AppError `missing_dependency` when artifacts that it needs are gone */
export async function claimedDependencies(
  deps: Deps,
  claimed: {
    readonly pipeline: PipelineRecord
    readonly plan: JobPlan
    readonly job: JobState
    /** All latest attempts of the pipeline. */
    readonly jobs: readonly JobState[]
  },
): Promise<ClaimedDependencies> {
  const { pipeline, plan, job, jobs } = claimed
  const before = dependenciesOf(plan, jobs).filter(each => each.id !== job.id)
  const own = await ownDependencies(deps, pipeline.id, before)
  const others = await upstreamDependencies(deps, pipeline, plan.upstreamNeeds)
  return { ...own, dependencies: [...own.dependencies, ...others] }
}

async function ownDependencies(
  { reader, artifacts }: Deps,
  pipelineId: number,
  jobs: readonly JobState[],
): Promise<ClaimedDependencies> {
  if (jobs.length === 0) return { dependencies: [], dotenv: [] }
  const [archives, dotenv] = await Promise.all([artifacts.archives(pipelineId), reader.dotenv(pipelineId)])
  const gone = jobs.filter(job => archives.get(job.id)?.kind === 'gone')
  if (gone.length > 0) {
    const names = gone.map(job => `'${job.rule.name}'`).join(', ')
    throw new AppError(
      'missing_dependency',
      `the artifacts of ${names}, which this job needs, have expired or were erased`,
    )
  }
  return {
    dependencies: jobs.flatMap(({ id, rule: { name } }) => {
      const archive = archives.get(id)
      if (archive?.kind !== 'kept') return []
      return [{ id, name, artifacts_file: { filename: archive.filename, size: archive.sizeBytes } }]
    }),
    dotenv: jobs.flatMap(job => dotenv.get(job.id) ?? []),
  }
}

/** `needs: {pipeline: $PARENT_PIPELINE_ID, job}`: only within the family of parent and child pipelines. */
async function upstreamDependencies(
  { reader, artifacts }: Deps,
  pipeline: PipelineRecord,
  needs: readonly UpstreamNeed[],
): Promise<readonly Dependency[]> {
  const found: Dependency[] = []
  for (const need of needs) {
    if (need.job === null || !need.artifacts) continue
    const pipelineId = Number(need.pipeline)
    if (!(await isFamily(reader, pipeline, pipelineId))) {
      throw missing(`the pipeline '${need.pipeline}' is no parent, child or sibling of this one`)
    }
    const archives = await artifacts.archives(pipelineId)
    const jobs = (await reader.jobsOfPipeline(pipelineId, false)).filter(job => job.name === need.job)
    if (jobs.length === 0) throw missing(`the pipeline ${pipelineId} has no job '${need.job}'`)
    for (const job of jobs) {
      const archive = archives.get(job.id)
      if (archive?.kind === 'gone') throw missing(`the artifacts of '${job.name}' have expired or were erased`)
      if (archive === undefined) continue
      found.push({
        id: job.id,
        name: job.name,
        artifacts_file: { filename: archive.filename, size: archive.sizeBytes },
      })
    }
  }
  return found
}

function missing(reason: string): AppError {
  return new AppError('missing_dependency', `this job needs artifacts of another pipeline, but ${reason}`)
}

async function isFamily(reader: RunReader, pipeline: PipelineRecord, otherId: number): Promise<boolean> {
  const other = Number.isSafeInteger(otherId) ? await reader.pipeline(otherId) : null
  if (other === null || other.projectId !== pipeline.projectId) return false
  return (await rootIdOf(reader, other)) === (await rootIdOf(reader, pipeline))
}

async function rootIdOf(reader: RunReader, pipeline: PipelineRecord): Promise<number> {
  let current = pipeline
  while (current.parentPipelineId !== null) {
    const parent = await reader.pipeline(current.parentPipelineId)
    if (parent === null) break
    current = parent
  }
  return current.id
}
