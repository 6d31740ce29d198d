import type { EnvironmentPlan, ParallelPlan, When } from '../model.ts'
import { plainLayer, type VariableLayer } from './layers.ts'
import { slugOf } from './slug.ts'

export interface JobFacts {
  readonly name: string
  readonly groupName: string
  readonly stage: string
  readonly parallel: ParallelPlan | null
  readonly when: When | null
  readonly environment: EnvironmentPlan | null
}

/** CI_JOB_*, CI_NODE_*, CI_ENVIRONMENT_*, and CI_BUILD_NAME and its like. */
export function jobPredefined(job: JobFacts): VariableLayer {
  const isManual = job.when === 'manual' || job.when === 'delayed'
  return plainLayer({
    CI_JOB_NAME: job.name,
    CI_JOB_NAME_SLUG: slugOf(job.name),
    CI_JOB_GROUP_NAME: job.groupName,
    CI_JOB_STAGE: job.stage,
    CI_JOB_MANUAL: isManual ? 'true' : null,
    CI_NODE_INDEX: job.parallel && String(job.parallel.index),
    CI_NODE_TOTAL: String(job.parallel?.total ?? 1),
    CI_BUILD_NAME: job.name,
    CI_BUILD_STAGE: job.stage,
    CI_BUILD_MANUAL: isManual ? 'true' : null,
    CI_ENVIRONMENT_NAME: job.environment?.name,
    CI_ENVIRONMENT_SLUG: job.environment?.slug,
    CI_ENVIRONMENT_ACTION: job.environment?.action,
    CI_ENVIRONMENT_TIER: job.environment?.deploymentTier,
    CI_ENVIRONMENT_URL: job.environment?.url,
  })
}

/** What only a run knows; in a plan these stand empty. */
export const runtimeNames = [
  'CI_PIPELINE_ID',
  'CI_PIPELINE_URL',
  'CI_JOB_ID',
  'CI_JOB_URL',
  'CI_JOB_TOKEN',
  'CI_JOB_STARTED_AT',
  'CI_BUILD_ID',
  'CI_BUILD_TOKEN',
  'CI_REPOSITORY_URL',
  'CI_BUILD_REPO',
  'CI_REGISTRY_USER',
  'CI_REGISTRY_PASSWORD',
  'CI_RUNNER_ID',
  'CI_RUNNER_DESCRIPTION',
  'CI_RUNNER_TAGS',
  'CI_RUNNER_VERSION',
  'CI_RUNNER_EXECUTABLE_ARCH',
  'CI_CONCURRENT_ID',
  'CI_CONCURRENT_PROJECT_ID',
  'CI_JOB_IMAGE',
  'CI_JOB_TIMEOUT',
] as const

/** What the runner sets, as far as it is known beforehand. */
export function runnerPredefined(projectPath: string): VariableLayer {
  return plainLayer({
    CI_SERVER: 'yes',
    CI_BUILDS_DIR: '/builds',
    CI_PROJECT_DIR: `/builds/${projectPath}`,
    CI_DISPOSABLE_ENVIRONMENT: 'true',
    CI_JOB_STATUS: 'running',
  })
}
