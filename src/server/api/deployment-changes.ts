// Deployments of other tools: said to have begun, and how they went. Any deployment that is over is forgotten, if one wishes.
import { Type } from '@fastify/type-provider-typebox'
import type { DeploymentRecord } from '../../run/records.ts'
import { toldStatuses } from '../../run/told-deployments.ts'
import type { App } from '../app.ts'
import { Denial } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, noContent, oneOf } from '../schema.ts'
import { shaPattern } from './commit-status-entity.ts'
import {
  type DeploymentsDeps,
  deploymentOf,
  deploymentParams,
  deploymentsPath,
  showDeployment,
} from './deployment-of-request.ts'
import { deploymentEntity, environmentName } from './environment-entity.ts'
import { userIdOf } from './run-of-request.ts'

const config = { policy: { kind: 'project', action: 'change_environments' } } as const
const status = oneOf(toldStatuses)

export function registerDeploymentChanges(app: App, deps: DeploymentsDeps): void {
  registerTold(app, deps)
  registerDeletion(app, deps)
}

function registerTold(app: App, deps: DeploymentsDeps): void {
  const { coordinator } = deps
  app.post(
    deploymentsPath,
    {
      config,
      schema: {
        operationId: 'createDeployment',
        tags: ['environments'],
        summary: 'Of another tool; the environment is made when it is not there',
        params: Type.Object(idParameter),
        body: Type.Object({
          environment: environmentName,
          sha: Type.String({ pattern: shaPattern }),
          ref: Type.String({ minLength: 1, maxLength: 1000 }),
          tag: Type.Boolean(),
          status,
        }),
        response: { 201: deploymentEntity },
      },
    },
    async (request, reply) => {
      const { environment, sha, ref, tag } = request.body
      const deployment = await coordinator.recordDeployment({
        projectId: projectOf(request).project.id,
        environment,
        ref: { kind: tag ? 'tag' : 'branch', name: ref },
        sha,
        status: request.body.status,
        userId: userIdOf(request),
      })
      return reply.code(201).send(await showDeployment(deps, request, deployment))
    },
  )

  app.put(
    `${deploymentsPath}/:deployment_id`,
    {
      config,
      schema: {
        operationId: 'changeDeployment',
        tags: ['environments'],
        summary: 'Not one that a job makes',
        params: deploymentParams,
        body: Type.Object({ status }),
        response: { 200: deploymentEntity },
      },
    },
    async request => {
      const before = await deploymentOf(deps, request)
      const by = { userId: userIdOf(request) }
      const deployment = await coordinator.changeDeployment(before, request.body.status, by)
      return showDeployment(deps, request, deployment)
    },
  )
}

function registerDeletion(app: App, deps: DeploymentsDeps): void {
  app.delete(
    `${deploymentsPath}/:deployment_id`,
    {
      config: { policy: { kind: 'project', action: 'delete_deployments' } },
      schema: {
        operationId: 'deleteDeployment',
        tags: ['environments'],
        summary: 'Not one that runs, or that stands in its environment',
        params: deploymentParams,
        response: { 204: noContent },
      },
    },
    async (request, reply) => {
      const deployment = await deploymentOf(deps, request)
      if (deployment.status === 'running') throw new Denial(400, 'Cannot destroy running deployment')
      if (await isStanding(deps, deployment)) throw new Denial(400, 'Deployment currently deployed to environment')
      await deps.environments.deleteDeployment(deployment.id)
      return reply.code(204).send(null)
    },
  )
}

/** The last one that went well. */
async function isStanding(
  { environments }: DeploymentsDeps,
  { id, ...deployment }: DeploymentRecord,
): Promise<boolean> {
  const environment = await environments.byId(deployment.environmentId)
  if (environment === null) return false
  const wish = { environment: environment.name, status: 'success' } as const
  const { items } = await environments.deployments(deployment.projectId, wish, { page: 1, perPage: 1 })
  return items[0]?.id === id
}
