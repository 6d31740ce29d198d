// What only a running job knows, for the variables that tell it.
import type { PipelineContext } from '../pipeline/context.ts'
import type { RuntimeFacts } from '../pipeline/job-variables.ts'
import type { JobState } from './machine-model.ts'
import type { Surroundings } from './ports.ts'
import type { PipelineRecord, RunnerRecord, RunVariable } from './records.ts'

export type RunningFacts = {
  readonly pipeline: Pick<PipelineRecord, 'id' | 'name'>
  readonly job: Pick<JobState, 'id' | 'startedAt'>
  readonly context: PipelineContext
  readonly surroundings: Pick<Surroundings, 'server' | 'repositoryUrl'>
  readonly runner: Pick<RunnerRecord, 'id' | 'description' | 'tags'>
  readonly jobToken: string
  readonly dotenv: readonly RunVariable[]
  readonly idTokens: RuntimeFacts['idTokens']
  readonly playVariables: readonly RunVariable[]
}

export function runtimeFactsOf(facts: RunningFacts): RuntimeFacts {
  const { pipeline, job, context, surroundings, runner, jobToken } = facts
  const projectUrl = `${surroundings.server.url}/${context.project.path}`
  return {
    pipelineId: String(pipeline.id),
    pipelineUrl: `${projectUrl}/-/pipelines/${pipeline.id}`,
    pipelineName: pipeline.name,
    jobId: String(job.id),
    jobUrl: `${projectUrl}/-/jobs/${job.id}`,
    jobToken,
    startedAt: job.startedAt ?? '',
    repositoryUrl: withCredentials(surroundings.repositoryUrl(context.project.path), jobToken),
    deployToken: null,
    idTokens: facts.idTokens,
    runner: { id: String(runner.id), description: runner.description, tags: runner.tags },
    dotenv: facts.dotenv,
    manual: facts.playVariables.map(({ key, value, raw, type }) => ({ key, value, raw, file: type === 'file' })),
  }
}

function withCredentials(url: string, token: string): string {
  return url.replace(/^(https?:\/\/)/, `$1gitlab-ci-token:${token}@`)
}
