// What a runner gets at the claim. Pure: the claim gathers the facts, this puts them into the wire's words.

import type { PipelineContext } from '../pipeline/context.ts'
import { jobVariables } from '../pipeline/job-variables.ts'
import type { JobPlan } from '../pipeline/model.ts'
import { expandInRunner } from '../pipeline/variables/runner-expand.ts'
import type { JobState } from './machine-model.ts'
import { artifactsOf, cacheOf, imageOf, serviceOf, stepsOf } from './payload-parts.ts'
import type { Surroundings } from './ports.ts'
import type { JobDependency, JobPayload } from './protocol.ts'
import type { PipelineRecord, PushedImage, RunnerRecord, RunVariable } from './records.ts'
import { runtimeFactsOf } from './runtime-facts.ts'

export type PayloadFacts = {
  readonly pipeline: PipelineRecord
  readonly job: JobState
  readonly plan: JobPlan
  /** With all levels of variables as they are now. */
  readonly context: PipelineContext
  readonly surroundings: Surroundings
  readonly runner: Pick<RunnerRecord, 'id' | 'description' | 'tags'>
  readonly jobToken: string
  readonly leaseToken: string
  readonly dependencies: readonly Omit<JobDependency, 'token'>[]
  readonly dotenv: readonly RunVariable[]
  readonly idTokens: readonly { readonly key: string; readonly token: string }[]
  readonly playVariables: readonly RunVariable[]
  readonly pushedImages: readonly PushedImage[]
  /** Of jobs that come next. */
  readonly upcoming: readonly JobPlan[]
}

/** @throws ExpansionError for variables that refer to each other in a circle */
export function buildPayload(facts: PayloadFacts): JobPayload {
  const { pipeline, job, plan, context, surroundings, jobToken } = facts
  const { registry } = surroundings
  const variables = jobVariables(plan, context, runtimeFactsOf(facts))
  const values = new Map(variables.map(variable => [variable.key, variable.value]))
  const expand = (text: string): string => expandInRunner(text, name => values.get(name) ?? '')
  return {
    id: job.id,
    token: jobToken,
    allow_git_fetch: true,
    job_info: {
      id: job.id,
      name: plan.name,
      stage: plan.stage,
      project_id: pipeline.projectId,
      project_name: context.project.path.split('/').at(-1) ?? context.project.path,
      project_full_path: context.project.path,
      time_in_queue_seconds: secondsBetween(job.queuedAt, job.startedAt),
    },
    git_info: gitInfoOf(pipeline, context, surroundings, expand('$GIT_DEPTH')),
    runner_info: { timeout: plan.timeoutSeconds },
    variables,
    steps: stepsOf(plan),
    ...(plan.hooks.preGetSourcesScript.length > 0 && {
      hooks: [{ name: 'pre_get_sources_script' as const, script: plan.hooks.preGetSourcesScript }],
    }),
    image: plan.image === null ? null : imageOf(plan.image),
    services: plan.services.map(serviceOf),
    artifacts: artifactsOf(plan.artifacts),
    cache: plan.cache.map(cache => cacheOf(cache, expand)),
    credentials:
      registry === null
        ? []
        : [{ type: 'registry', url: registry.host, username: 'gitlab-ci-token', password: jobToken }],
    dependencies: facts.dependencies.map(dependency => ({ ...dependency, token: jobToken })),
    features: { trace_sections: true },
    slipway: {
      lease: job.lease,
      lease_token: facts.leaseToken,
      pipeline_id: pipeline.id,
      trust_class: pipeline.isProtected ? 'protected' : 'branch',
      pipeline_images: registry === null ? [] : imagesOf(facts.pushedImages, registry.host),
      registry,
      mirrors: surroundings.mirrors,
      server_host: surroundings.serverHost,
      upcoming: upcomingOf(facts),
    },
  }
}

const defaultDepth = 20

function gitInfoOf(
  pipeline: PipelineRecord,
  context: PipelineContext,
  { repositoryUrl }: Surroundings,
  depthText: string,
): JobPayload['git_info'] {
  const { ref, sha, beforeSha } = pipeline
  const depth = /^\d+$/.test(depthText) ? Number(depthText) : defaultDepth
  const refspec =
    ref.kind === 'tag'
      ? `+refs/tags/${ref.name}:refs/tags/${ref.name}`
      : `+refs/heads/${ref.name}:refs/remotes/origin/${ref.name}`
  const everything = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*']
  return {
    repo_url: repositoryUrl(context.project.path),
    ref: ref.name,
    ref_type: ref.kind,
    sha,
    before_sha: beforeSha,
    depth,
    refspecs: [
      `+refs/pipelines/${pipeline.id}:refs/pipelines/${pipeline.id}`,
      ...(depth === 0 ? everything : [refspec]),
    ],
    protected: pipeline.isProtected,
  }
}

/** The newest digest of each name. */
function imagesOf(images: readonly PushedImage[], host: string): JobPayload['slipway']['pipeline_images'] {
  const digests = new Map<string, string>()
  for (const { repository, tag, digest } of images) {
    digests.set(tag === null ? `${host}/${repository}@${digest}` : `${host}/${repository}:${tag}`, digest)
  }
  return [...digests].map(([reference, digest]) => ({ reference, digest }))
}

function upcomingOf(facts: PayloadFacts): JobPayload['slipway']['upcoming'] {
  const upcoming = facts.upcoming.map(plan => {
    const values = new Map(
      jobVariables(plan, facts.context, runtimeFactsOf(facts)).map(variable => [variable.key, variable.value]),
    )
    const expand = (text: string): string => expandInRunner(text, name => values.get(name) ?? '')
    return {
      image: plan.image === null ? null : expand(plan.image.name),
      services: plan.services.map(service => expand(service.name)),
    }
  })
  return [...new Map(upcoming.map(each => [JSON.stringify(each), each])).values()]
}

function secondsBetween(from: string | null, to: string | null): number {
  return from === null || to === null ? 0 : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
}
