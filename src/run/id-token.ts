// `id_tokens`: what the server says about a job to others, in GitLab's claims. Who signs them is given.
import type { PipelineContext } from '../pipeline/context.ts'
import type { IdTokenPlan, JobPlan } from '../pipeline/model.ts'
import { runError } from './errors.ts'
import type { JobState } from './machine-model.ts'
import type { IdTokens } from './ports.ts'
import type { PipelineRecord, RunnerRecord } from './records.ts'

export type IdTokenFacts = {
  readonly pipeline: PipelineRecord
  readonly job: JobState
  readonly plan: JobPlan
  readonly context: PipelineContext
  readonly runner: Pick<RunnerRecord, 'id'>
  readonly at: Date
  readonly isEnvironmentProtected: boolean
}

/** @throws AppError `id_tokens_unsigned` where there is nobody to sign */
export async function signIdTokens(
  facts: IdTokenFacts,
  idTokens: IdTokens | undefined,
): Promise<readonly { readonly key: string; readonly token: string }[]> {
  if (facts.plan.idTokens.length === 0) return []
  if (idTokens === undefined) throw runError('id_tokens_unsigned')
  return await Promise.all(
    facts.plan.idTokens.map(async plan => ({ key: plan.key, token: await idTokens.sign(claimsOf(facts, plan)) })),
  )
}

export const claimNames = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'namespace_id',
  'namespace_path',
  'project_id',
  'project_path',
  'user_id',
  'user_login',
  'user_email',
  'pipeline_id',
  'pipeline_source',
  'job_id',
  'ref',
  'ref_type',
  'ref_path',
  'ref_protected',
  'environment',
  'environment_protected',
  'deployment_tier',
  'runner_id',
  'runner_environment',
  'sha',
] as const

/** Seconds since the epoch for times, as JWT has them. */
export function claimsOf(facts: IdTokenFacts, { audiences }: IdTokenPlan): Readonly<Record<string, unknown>> {
  const { pipeline, job, plan, context, runner } = facts
  const { ref } = pipeline
  const path = context.project.path
  const issuedAt = Math.floor(facts.at.getTime() / 1000)
  const environment =
    plan.environment === null
      ? {}
      : {
          environment: plan.environment.name,
          environment_protected: String(facts.isEnvironmentProtected),
          deployment_tier: plan.environment.deploymentTier,
          environment_action: plan.environment.action,
        }
  return {
    iss: context.server.url,
    sub: `project_path:${path}:ref_type:${ref.kind}:ref:${ref.name}`,
    aud: audiences.length === 1 ? audiences[0] : audiences,
    iat: issuedAt,
    nbf: issuedAt - 5,
    exp: issuedAt + plan.timeoutSeconds,
    namespace_id: context.project.namespaceId,
    namespace_path: path.split('/').slice(0, -1).join('/'),
    project_id: context.project.id,
    project_path: path,
    project_visibility: context.project.visibility,
    user_id: context.user?.id ?? '',
    user_login: context.user?.login ?? '',
    user_email: context.user?.email ?? '',
    pipeline_id: String(pipeline.id),
    pipeline_source: pipeline.source,
    job_id: String(job.id),
    ref: ref.name,
    ref_type: ref.kind,
    ref_path: `refs/${ref.kind === 'tag' ? 'tags' : 'heads'}/${ref.name}`,
    ref_protected: String(pipeline.isProtected),
    runner_id: runner.id,
    runner_environment: 'self-hosted',
    sha: pipeline.sha,
    ...environment,
  }
}
