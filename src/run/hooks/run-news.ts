// From the changes of pipelines to what their hooks are told: each status of a pipeline, job and deployment once.
import type { RunChanged } from '../live-events.ts'
import type { DeploymentRecord, JobRecord, PipelineRecord } from '../records.ts'
import type { EnvironmentStore, RunReader } from '../store-ports.ts'
import type { EventBodies } from './event-bodies.ts'
import type { HookAudience } from './hook-audience.ts'

export type RunNews = {
  readonly tellRun: (change: RunChanged) => Promise<void>
  readonly tellDeployment: (deployment: DeploymentRecord) => Promise<void>
}

export type RunNewsDeps = {
  readonly audience: HookAudience
  readonly bodies: EventBodies
  readonly reader: Pick<RunReader, 'pipeline' | 'job'>
  readonly environments: Pick<EnvironmentStore, 'deploymentOfJob'>
}

const mostStatuses = 10_000

export function createRunNews({ audience, bodies, reader, environments }: RunNewsDeps): RunNews {
  /** What was told last of a pipeline, job or deployment. */
  const told = new Map<string, string>()

  function isNews(what: string, status: string): boolean {
    if (told.get(what) === status) return false
    told.delete(what)
    told.set(what, status)
    const [oldest] = told.keys()
    if (told.size > mostStatuses && oldest !== undefined) told.delete(oldest)
    return true
  }

  async function tellPipeline(pipeline: PipelineRecord): Promise<void> {
    const hooks = await audience.wanting(pipeline.projectId, 'pipeline')
    const place = hooks.length === 0 ? null : await audience.placeOf(pipeline.projectId, pipeline.userId)
    if (place !== null) await audience.tell(hooks, await bodies.pipeline(pipeline, place))
  }

  async function tellJob(job: JobRecord, pipeline: PipelineRecord): Promise<void> {
    const hooks = await audience.wanting(job.projectId, 'job')
    const place = hooks.length === 0 ? null : await audience.placeOf(job.projectId, job.userId)
    if (place !== null) await audience.tell(hooks, bodies.job(job, pipeline, place))
    const deployment = job.environment === null ? null : await environments.deploymentOfJob(job.id)
    if (deployment !== null) await tellDeployment(deployment)
  }

  async function tellDeployment(deployment: DeploymentRecord): Promise<void> {
    const { id, projectId, userId, status } = deployment
    const hooks = await audience.wanting(projectId, 'deployment')
    if (hooks.length === 0 || !isNews(`deployment ${id}`, status)) return
    const place = await audience.placeOf(projectId, userId)
    const body = place === null ? null : await bodies.deployment(deployment, place)
    if (body !== null) await audience.tell(hooks, body)
  }

  return {
    tellDeployment,
    async tellRun({ projectId, pipelineId, status, jobs }) {
      if ((await audience.of(projectId)).length === 0) return
      const isNewStatus = isNews(`pipeline ${pipelineId}`, status)
      const changedJobs = jobs.filter(job => isNews(`job ${job.id}`, job.status))
      const pipeline = await reader.pipeline(pipelineId)
      if (pipeline === null) return
      for (const { id } of changedJobs) {
        const job = await reader.job(id)
        if (job !== null) await tellJob(job, pipeline)
      }
      if (isNewStatus) await tellPipeline(pipeline)
    },
  }
}
