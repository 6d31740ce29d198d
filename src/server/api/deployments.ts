// Deployments: what was brought to which environment, by which job or by another tool.
import { Type } from '@fastify/type-provider-typebox'
import type { DeploymentStatus } from '../../run/records.ts'
import { deploymentOrders } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, oneOf, sortQuery } from '../schema.ts'
import { registerDeploymentChanges } from './deployment-changes.ts'
import {
  type DeploymentsDeps,
  deploymentOf,
  deploymentParams,
  deploymentsPath,
  showDeployment,
  toDeployments,
} from './deployment-of-request.ts'
import { deploymentEntity } from './environment-entity.ts'
import { timeOf } from './pipelines.ts'
import { runPage } from './run-of-request.ts'

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

export function registerDeployments(app: App, deps: DeploymentsDeps): void {
  registerReads(app, deps)
  registerDeploymentChanges(app, deps)
}

function registerReads(app: App, deps: DeploymentsDeps): void {
  const { view, environments } = deps
  app.get(
    deploymentsPath,
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
    `${deploymentsPath}/:deployment_id`,
    {
      config: read,
      schema: {
        operationId: 'getDeployment',
        tags: ['environments'],
        params: deploymentParams,
        response: { 200: deploymentEntity },
      },
    },
    async request => showDeployment(deps, request, await deploymentOf(deps, request)),
  )
}
