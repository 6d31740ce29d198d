import type { PipelineContext, Variable } from './context.ts'
import type { JobPlan } from './model.ts'
import { createExpander, forJobs } from './variables/expand.ts'
import { jobPredefined } from './variables/job-predefined.ts'
import { layerOf, type VariableLayer } from './variables/layers.ts'
import { pipelinePredefined, projectPredefined, userPredefined } from './variables/predefined.ts'
import { applicableVariables } from './variables/scope.ts'

/** What only a running job has. */
export interface RuntimeFacts {
  readonly pipelineId: string
  readonly pipelineUrl: string
  readonly pipelineName: string | null
  readonly jobId: string
  readonly jobUrl: string
  readonly jobToken: string
  /** ISO 8601. */
  readonly startedAt: string
  /** With the token in it: `http://gitlab-ci-token:<token>@host/group/project.git`. */
  readonly repositoryUrl: string
  readonly deployToken: { readonly user: string; readonly password: string } | null
  readonly idTokens: readonly { readonly key: string; readonly token: string }[]
  readonly runner: { readonly id: string; readonly description: string; readonly tags: readonly string[] } | null
  /** From `artifacts:reports:dotenv` of the jobs that this one follows. */
  readonly dotenv: readonly { readonly key: string; readonly value: string }[]
  /** Entered when the job was played. */
  readonly manual: readonly Variable[]
}

export interface JobVariable {
  readonly key: string
  readonly value: string
  readonly masked: boolean
  /** Not to be expanded any more. */
  readonly raw: boolean
  /** The job gets a path, the value is the file's content. */
  readonly file: boolean
  /** Whether services and logs of configuration may see it. */
  readonly public: boolean
}

/**
 * All variables that a job gets, weakest level first, one entry a key, with references expanded as far as the server
 * does it; the runner expands once more (`expandInRunner`). Throws ExpansionError for a circle.
 */
export function jobVariables(job: JobPlan, context: PipelineContext, runtime: RuntimeFacts): readonly JobVariable[] {
  const variables = new Map<string, JobVariable>()
  const layers: VariableLayer[] = []
  for (const level of levelsOf(job, context, runtime)) {
    layers.unshift(layerOf(level))
    for (const variable of level) {
      variables.delete(variable.key)
      variables.set(variable.key, variable)
    }
  }
  const expander = createExpander(layers, forJobs)
  return [...variables.values()].map(variable =>
    variable.raw || variable.file ? variable : { ...variable, value: expander.value(variable.key) ?? variable.value },
  )
}

/** Weakest first. */
function levelsOf(job: JobPlan, context: PipelineContext, runtime: RuntimeFacts): readonly (readonly JobVariable[])[] {
  const { instance, groups, project, pipeline, schedule } = context.variables
  const environment = job.environment?.name ?? null
  const scoped = (level: readonly Variable[]) => applicableVariables(level, context, environment).map(secretVariable)
  return [
    persisted(runtime),
    runtime.idTokens.map(({ key, token }) => ({ ...plain(key, token), masked: true, raw: true, public: false })),
    publicLayer(jobPredefined(job)),
    publicLayer(projectPredefined(context)),
    publicLayer(pipelinePredefined(context)),
    runtime.pipelineName === null ? [] : [plain('CI_PIPELINE_NAME', runtime.pipelineName)],
    runnerVariables(runtime),
    job.yamlVariables.map(({ key, value, raw }) => ({ ...plain(key, value), raw })),
    publicLayer(userPredefined(context)),
    runtime.dotenv.map(({ key, value }) => ({ ...plain(key, value), public: false })),
    scoped(instance),
    scoped(groups),
    scoped(project),
    pipeline.map(secretVariable),
    schedule.map(secretVariable),
    runtime.manual.map(secretVariable),
    releaseVariables(context),
    job.environment ? [plain('CI_ENVIRONMENT_SLUG', job.environment.slug)] : [],
    job.environment?.url ? [plain('CI_ENVIRONMENT_URL', job.environment.url)] : [],
  ]
}

const maxDescriptionLength = 1024

function releaseVariables({ releaseDescription }: PipelineContext): readonly JobVariable[] {
  if (!releaseDescription) return []
  return [{ ...plain('CI_RELEASE_DESCRIPTION', releaseDescription.slice(0, maxDescriptionLength)), raw: true }]
}

function persisted(runtime: RuntimeFacts): readonly JobVariable[] {
  const secret = (key: string, value: string) => ({ ...plain(key, value), masked: true, raw: true, public: false })
  const deploy = runtime.deployToken
  return [
    plain('CI_PIPELINE_ID', runtime.pipelineId),
    plain('CI_PIPELINE_URL', runtime.pipelineUrl),
    plain('CI_JOB_ID', runtime.jobId),
    plain('CI_BUILD_ID', runtime.jobId),
    plain('CI_JOB_URL', runtime.jobUrl),
    secret('CI_JOB_TOKEN', runtime.jobToken),
    secret('CI_BUILD_TOKEN', runtime.jobToken),
    plain('CI_JOB_STARTED_AT', runtime.startedAt),
    plain('CI_REGISTRY_USER', 'gitlab-ci-token'),
    secret('CI_REGISTRY_PASSWORD', runtime.jobToken),
    secret('CI_REPOSITORY_URL', runtime.repositoryUrl),
    secret('CI_BUILD_REPO', runtime.repositoryUrl),
    ...(deploy ? [plain('CI_DEPLOY_USER', deploy.user), secret('CI_DEPLOY_PASSWORD', deploy.password)] : []),
  ]
}

function runnerVariables({ runner }: RuntimeFacts): readonly JobVariable[] {
  if (!runner) return []
  const tags = `[${runner.tags.map(tag => JSON.stringify(tag)).join(', ')}]`
  return [
    plain('CI_RUNNER_ID', runner.id),
    plain('CI_RUNNER_DESCRIPTION', runner.description),
    plain('CI_RUNNER_TAGS', tags),
  ]
}

function publicLayer(layer: VariableLayer): readonly JobVariable[] {
  return [...layer].map(([key, { value, raw }]) => ({ ...plain(key, value), raw }))
}

function secretVariable(variable: Variable): JobVariable {
  return {
    key: variable.key,
    value: variable.value,
    masked: variable.masked === true,
    raw: variable.raw === true,
    file: variable.file === true,
    public: false,
  }
}

function plain(key: string, value: string): JobVariable {
  return { key, value, masked: false, raw: false, file: false, public: true }
}
