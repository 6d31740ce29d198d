// Environments and deployments as GitLab's API shows them.
import { Type } from '@fastify/type-provider-typebox'
import type { DeploymentRecord, EnvironmentRecord, JobRecord, PipelineRecord } from '../../run/records.ts'
import { nullableString } from '../schema.ts'
import { type PipelinePlace, pipelineBasic, toPipelineBasic } from './pipeline-entity.ts'
import { jobUrl, type Person } from './run-view.ts'
import { userBasic } from './user-entity.ts'

export const environmentName = Type.String({ pattern: '^[A-Za-z0-9_ ./${}-]{1,255}$' })

const environmentFields = {
  id: Type.Integer(),
  name: Type.String(),
  slug: Type.String(),
  description: nullableString,
  external_url: nullableString,
  state: Type.String(),
  tier: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  auto_stop_at: nullableString,
}

export const environmentBasic = Type.Object(environmentFields)

const deployable = Type.Union([
  Type.Object({
    id: Type.Integer(),
    status: Type.String(),
    stage: Type.String(),
    name: Type.String(),
    ref: Type.String(),
    tag: Type.Boolean(),
    created_at: Type.String(),
    started_at: nullableString,
    finished_at: nullableString,
    user: Type.Union([userBasic, Type.Null()]),
    web_url: Type.String(),
    pipeline: pipelineBasic,
  }),
  Type.Null(),
])

const deploymentFields = {
  id: Type.Integer(),
  iid: Type.Integer(),
  ref: Type.String(),
  /** Is `ref` a tag? Beside GitLab's fields: a deployment of another tool has no job to tell it. */
  tag: Type.Boolean(),
  sha: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  status: Type.String(),
  user: Type.Union([userBasic, Type.Null()]),
  deployable,
}

export const deploymentEntity = Type.Object({ ...deploymentFields, environment: environmentBasic })

export const environmentFull = Type.Object({
  ...environmentFields,
  last_deployment: Type.Union([Type.Object(deploymentFields), Type.Null()]),
})

export function toEnvironmentBasic(environment: EnvironmentRecord) {
  return {
    id: environment.id,
    name: environment.name,
    slug: environment.slug,
    description: null,
    external_url: environment.externalUrl,
    state: environment.state,
    tier: environment.tier,
    created_at: environment.createdAt,
    updated_at: environment.updatedAt,
    auto_stop_at: environment.autoStopAt,
  }
}

export type DeploymentParts = {
  readonly deployment: DeploymentRecord
  readonly job: JobRecord | null
  readonly pipeline: PipelineRecord | null
  readonly user: Person | null
  readonly place: PipelinePlace
}

export function toDeploymentBasic({ deployment, job, pipeline, user, place }: DeploymentParts) {
  return {
    id: deployment.id,
    iid: deployment.iid,
    ref: deployment.ref.name,
    tag: deployment.ref.kind === 'tag',
    sha: deployment.sha,
    created_at: deployment.createdAt,
    updated_at: deployment.updatedAt,
    status: deployment.status,
    user,
    deployable:
      job === null || pipeline === null
        ? null
        : {
            id: job.id,
            status: job.status,
            stage: job.stage,
            name: job.name,
            ref: pipeline.ref.name,
            tag: pipeline.ref.kind === 'tag',
            created_at: job.createdAt,
            started_at: job.startedAt,
            finished_at: job.finishedAt,
            user,
            web_url: jobUrl(place.url, place.projectPath, job.id),
            pipeline: toPipelineBasic(pipeline, place),
          },
  }
}
