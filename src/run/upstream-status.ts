// `needs: {pipeline: group/project}` with no job: the job waits for the newest pipeline of that project's default branch, and
// runs only when that has passed.
import type { UpstreamNeed } from '../pipeline/model.ts'
import { isFinal } from './job-moves.ts'
import type { Directory } from './ports.ts'
import type { JobRecord, PipelineRecord } from './records.ts'
import type { RunReader } from './store-ports.ts'

export type UpstreamStatus =
  | { readonly kind: 'passed' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'failed'; readonly message: string }

type Deps = {
  readonly reader: Pick<RunReader, 'job' | 'jobPlan' | 'pipeline' | 'latestPipeline'>
  readonly directory: Pick<Directory, 'project' | 'levelOf'>
}

export async function upstreamStatusOf(deps: Deps, jobId: number): Promise<UpstreamStatus> {
  const plan = await deps.reader.jobPlan(jobId)
  const followed = plan?.upstreamNeeds.filter(need => need.job === null) ?? []
  if (followed.length === 0) return { kind: 'passed' }
  const job = await deps.reader.job(jobId)
  if (job === null) return { kind: 'passed' }
  let status: UpstreamStatus = { kind: 'passed' }
  for (const need of followed) {
    const one = await statusOf(deps, job, need)
    if (one.kind === 'failed') return one
    if (one.kind === 'waiting') status = one
  }
  return status
}

async function statusOf(deps: Deps, job: JobRecord, { pipeline: name }: UpstreamNeed): Promise<UpstreamStatus> {
  const upstream = await upstreamOf(deps, job, name)
  if (upstream === null) {
    return {
      kind: 'failed',
      message: `there is no pipeline of '${name}' to follow, or who started the job may not see it`,
    }
  }
  // A child would wait for its parent, and that for the child.
  const own = await deps.reader.pipeline(job.pipelineId)
  if (own?.parentPipelineId === upstream.id || upstream.status === 'success') return { kind: 'passed' }
  if (!isFinal(upstream)) return { kind: 'waiting' }
  return {
    kind: 'failed',
    message: `the pipeline ${upstream.id} of '${name}', which this job follows, is ${upstream.status}`,
  }
}

/** By the path of a project, or by a pipeline's id in the job's own. */
async function upstreamOf({ reader, directory }: Deps, job: JobRecord, name: string): Promise<PipelineRecord | null> {
  if (/^\d+$/.test(name)) {
    const pipeline = await reader.pipeline(Number(name))
    return pipeline?.projectId === job.projectId ? pipeline : null
  }
  const project = (await directory.project(name))?.project
  if (project === undefined) return null
  const isMember = job.userId !== null && (await directory.levelOf(job.userId, project.id)) > 0
  const isSeen =
    isMember || project.visibility === 'public' || (project.visibility === 'internal' && job.userId !== null)
  return isSeen ? await reader.latestPipeline(project.id, project.defaultBranch) : null
}
