// Deployments of other tools: said to have begun, and how they went.
import { Type } from '@fastify/type-provider-typebox'
import { toldStatuses } from '../../run/told-deployments.ts'
import type { App } from '../app.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, oneOf } from '../schema.ts'
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
