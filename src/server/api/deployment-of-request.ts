// The deployment that a path names, and how deployments are shown.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Coordinator } from '../../run/coordinator.ts'
import type { DeploymentRecord } from '../../run/records.ts'
import type { EnvironmentStore } from '../../run/store-ports.ts'
import { notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter } from '../schema.ts'
import { type DeploymentParts, toDeploymentBasic, toEnvironmentBasic } from './environment-entity.ts'
import { peopleOf, type RunView } from './run-view.ts'

export type DeploymentsDeps = {
  readonly view: RunView
  readonly environments: EnvironmentStore
  readonly coordinator: Pick<Coordinator, 'recordDeployment' | 'changeDeployment'>
}

export const deploymentsPath = '/api/v4/projects/:id/deployments'
export const deploymentParams = Type.Object({ ...idParameter, deployment_id: integerParameter })

export async function deploymentOf(deps: DeploymentsDeps, request: FastifyRequest): Promise<DeploymentRecord> {
  const { deployment_id: id } = request.params as { readonly deployment_id: number }
  const deployment = await deps.environments.deployment(id)
  if (deployment === null || deployment.projectId !== projectOf(request).project.id) throw notFound('Deployment')
  return deployment
}

export async function showDeployment(deps: DeploymentsDeps, request: FastifyRequest, deployment: DeploymentRecord) {
  const [entity] = await toDeployments(deps.view, deps.environments, [deployment], projectOf(request).project.fullPath)
  if (entity === undefined) throw notFound('Deployment')
  return entity
}

export async function toDeployments(
  view: RunView,
  environments: EnvironmentStore,
  deployments: readonly DeploymentRecord[],
  projectPath: string,
) {
  const parts = await deploymentParts(view, deployments, projectPath)
  const found = await Promise.all(
    parts.map(async part => {
      const environment = await environments.byId(part.deployment.environmentId)
      return environment === null ? [] : [{ ...toDeploymentBasic(part), environment: toEnvironmentBasic(environment) }]
    }),
  )
  return found.flat()
}

export async function deploymentParts(
  view: RunView,
  deployments: readonly DeploymentRecord[],
  projectPath: string,
): Promise<readonly DeploymentParts[]> {
  const people = await peopleOf(
    view,
    deployments.map(deployment => deployment.userId),
  )
  return Promise.all(
    deployments.map(async deployment => ({
      deployment,
      job: deployment.jobId === null ? null : await view.reads.job(deployment.jobId),
      pipeline: deployment.pipelineId === null ? null : await view.reads.pipeline(deployment.pipelineId),
      user: people.get(deployment.userId) ?? null,
      place: { url: view.url, projectPath },
    })),
  )
}
