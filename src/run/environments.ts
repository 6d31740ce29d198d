// Environments and deployments, recorded as the jobs that make them go on.
import { parseDuration } from '../pipeline/duration.ts'
import { jobVariables } from '../pipeline/job-variables.ts'
import type { EnvironmentPlan } from '../pipeline/model.ts'
import { expandInRunner } from '../pipeline/variables/runner-expand.ts'
import { runError } from './errors.ts'
import type { JobFacts, JobFactsSource } from './job-facts.ts'
import { isFinal } from './job-moves.ts'
import type { JobState } from './machine-model.ts'
import type { Clock, Surroundings } from './ports.ts'
import type { DeploymentStatus, EnvironmentRecord, RunVariable } from './records.ts'
import { runtimeFactsOf } from './runtime-facts.ts'
import type { EnvironmentStore, RunReader } from './store-ports.ts'

export type Environments = {
  /** A job with an environment changed. */
  readonly follow: (pipelineId: number, job: JobState) => Promise<void>
  readonly stop: (environmentId: number, by: { readonly userId: number | null }) => Promise<void>
  readonly stopDue: () => Promise<void>
}

export type EnvironmentsDeps = {
  readonly store: EnvironmentStore
  readonly facts: JobFactsSource
  readonly reader: RunReader
  readonly surroundings: Surroundings
  readonly clock: Clock
  /** Nobody (null): its time has come, and the job runs as who started its pipeline. */
  readonly playJob: (jobId: number, userId: number | null) => Promise<unknown>
}

export function createEnvironments(deps: EnvironmentsDeps): Environments {
  const { store, facts, reader, clock } = deps
  const now = (): string => clock.now().toISOString()

  async function deploy(pipelineId: number, job: JobState, environment: EnvironmentPlan): Promise<void> {
    const status = deploymentStatusOf(job)
    if (status === null) return
    const pipeline = await facts.pipeline(pipelineId)
    const record = await store.upsert(
      {
        projectId: pipeline.projectId,
        name: environment.name,
        slug: environment.slug,
        tier: environment.deploymentTier,
      },
      now(),
    )
    await store.upsertDeployment({
      projectId: pipeline.projectId,
      environmentId: record.id,
      jobId: job.id,
      pipelineId,
      ref: pipeline.ref,
      sha: pipeline.sha,
      userId: job.userId,
      status,
      createdAt: job.createdAt,
      updatedAt: now(),
      finishedAt: job.finishedAt,
    })
    if (status === 'success') await arrive(pipelineId, job, environment)
  }

  /** The deployment is there: the environment has its address, its end and the job that stops it. */
  async function arrive(pipelineId: number, job: JobState, environment: EnvironmentPlan): Promise<void> {
    const jobFacts = await facts.of(pipelineId, job)
    const dotenv = (await reader.dotenv(pipelineId)).get(job.id) ?? []
    const stopJobId = await jobNamed(pipelineId, environment.onStop)
    const lifetimeSeconds = environment.autoStopIn === null ? null : parseDuration(environment.autoStopIn)
    await store.upsert(
      {
        projectId: jobFacts.pipeline.projectId,
        name: environment.name,
        slug: environment.slug,
        tier: environment.deploymentTier,
        state: 'available',
        externalUrl: environment.url === null ? null : urlOf(environment.url, jobFacts, job, dotenv),
        autoStopAt: lifetimeSeconds === null ? null : later(lifetimeSeconds),
        stopJobId,
      },
      now(),
    )
  }

  async function jobNamed(pipelineId: number, name: string | null): Promise<number | null> {
    if (name === null) return null
    const jobs = await reader.jobsOfPipeline(pipelineId, false)
    return jobs.find(job => job.name === name)?.id ?? null
  }

  function urlOf(url: string, jobFacts: JobFacts, job: JobState, dotenv: readonly RunVariable[]): string {
    const { surroundings } = deps
    const runner = { id: job.runnerId ?? 0, description: '', tags: [] }
    const runtime = runtimeFactsOf({ ...jobFacts, job, surroundings, runner, jobToken: '', dotenv, idTokens: [] })
    const variables = jobVariables(jobFacts.plan, jobFacts.context, runtime)
    const values = new Map(variables.map(variable => [variable.key, variable.value]))
    return expandInRunner(url, name => values.get(name) ?? '')
  }

  const later = (seconds: number): string => new Date(clock.now().getTime() + seconds * 1000).toISOString()

  async function setState(record: EnvironmentRecord, state: EnvironmentRecord['state']): Promise<void> {
    const { projectId, name, slug, tier } = record
    await store.upsert({ projectId, name, slug, tier, state, autoStopAt: null }, now())
  }

  async function stop(environmentId: number, by: { readonly userId: number | null }): Promise<void> {
    const record = await store.byId(environmentId)
    if (record === null) throw runError('environment_not_found')
    const stopJob = record.stopJobId === null ? null : await reader.job(record.stopJobId)
    if (stopJob?.status !== 'manual') return await setState(record, 'stopped')
    await setState(record, 'stopping')
    try {
      await deps.playJob(stopJob.id, by.userId)
    } catch (error) {
      await setState(record, 'available')
      throw error
    }
  }

  return {
    stop,
    async follow(pipelineId, job) {
      if (job.status === 'created') return
      const environment = (await facts.of(pipelineId, job)).plan.environment
      if (environment === null) return
      if (environment.action === 'start') return await deploy(pipelineId, job, environment)
      if (environment.action !== 'stop' || job.status !== 'success') return
      const { projectId } = await facts.pipeline(pipelineId)
      const record = await store.byName(projectId, environment.name)
      if (record !== null) await setState(record, 'stopped')
    },
    async stopDue() {
      for (const { id } of await store.stopDue(now())) await stop(id, { userId: null })
    },
  }
}

/** Null: a job that never began, and is not going to, deploys nothing. */
function deploymentStatusOf(job: JobState): DeploymentStatus | null {
  const { status } = job
  if (status === 'running' || status === 'canceling') return 'running'
  if (status === 'manual') return 'blocked'
  if (status === 'skipped') return null
  return isFinal(job) ? (status as 'success' | 'failed' | 'canceled') : 'created'
}
