// Deployments: what was brought to which environment, by which job.
import { Type } from '@fastify/type-provider-typebox'
import type { DeploymentRecord, DeploymentStatus } from '../../run/records.ts'
import { deploymentOrders, type EnvironmentStore } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter, oneOf, sortQuery } from '../schema.ts'
import { type DeploymentParts, deploymentEntity, toDeploymentBasic, toEnvironmentBasic } from './environment-entity.ts'
import { timeOf } from './pipelines.ts'
import { runPage } from './run-of-request.ts'
import { peopleOf, type RunView } from './run-view.ts'

export type DeploymentsDeps = { readonly view: RunView; readonly environments: EnvironmentStore }

const statuses: readonly DeploymentStatus[] = [
  'created',
  'blocked',
  'running',
  'success',
  'failed',
  'canceled',
  'skipped',
]
const time = Type.Optional(Type.String({ maxLength: 100 }))
const read = { policy: { kind: 'project', action: 'read_environments' } } as const

export function registerDeployments(app: App, { view, environments }: DeploymentsDeps): void {
  app.get(
    '/api/v4/projects/:id/deployments',
    {
      config: read,
      schema: {
        operationId: 'listDeployments',
        tags: ['environments'],
        params: Type.Object(idParameter),
        querystring: Type.Object({
          ...pageQuery,
          ...sortQuery,
          order_by: Type.Optional(oneOf(deploymentOrders)),
          updated_after: time,
          updated_before: time,
          environment: Type.Optional(Type.String({ maxLength: 255 })),
          status: Type.Optional(oneOf(statuses)),
        }),
        response: { 200: Type.Array(deploymentEntity) },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const { environment, status, order_by: order = 'id', sort = 'asc' } = request.query
      const { updated_after: after, updated_before: before } = request.query
      const page = pageOf(request.query)
      const filter = {
        ...(environment === undefined ? {} : { environment }),
        ...(status === undefined ? {} : { status }),
        ...(after === undefined ? {} : { updatedAfter: timeOf(after) }),
        ...(before === undefined ? {} : { updatedBefore: timeOf(before) }),
        order,
        ascending: sort === 'asc',
      }
      const { items, total } = await environments.deployments(project.id, filter, runPage(page))
      tellPage(request, reply, page, total)
      return toDeployments(view, environments, items, project.fullPath)
    },
  )

  app.get(
    '/api/v4/projects/:id/deployments/:deployment_id',
    {
      config: read,
      schema: {
        operationId: 'getDeployment',
        tags: ['environments'],
        params: Type.Object({ ...idParameter, deployment_id: integerParameter }),
        response: { 200: deploymentEntity },
      },
    },
    async request => {
      const { project } = projectOf(request)
      const deployment = await environments.deployment(request.params.deployment_id)
      if (deployment === null || deployment.projectId !== project.id) throw notFound('Deployment')
      const [entity] = await toDeployments(view, environments, [deployment], project.fullPath)
      if (entity === undefined) throw notFound('Deployment')
      return entity
    },
  )
}

async function toDeployments(
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
      job: await view.reads.job(deployment.jobId),
      pipeline: await view.reads.pipeline(deployment.pipelineId),
      user: people.get(deployment.userId) ?? null,
      place: { url: view.url, projectPath },
    })),
  )
}
