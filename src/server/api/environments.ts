// Environments: where jobs deploy to.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { deploymentTierOf, deploymentTiers } from '../../pipeline/plan/deployment-tier.ts'
import { environmentSlugOf } from '../../pipeline/variables/slug.ts'
import type { Coordinator } from '../../run/coordinator.ts'
import type { EnvironmentRecord } from '../../run/records.ts'
import type { EnvironmentStore } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter, noContent, oneOf } from '../schema.ts'
import { deploymentParts } from './deployment-of-request.ts'
import {
  environmentBasic,
  environmentFull,
  environmentName,
  toDeploymentBasic,
  toEnvironmentBasic,
} from './environment-entity.ts'
import { runPage, userIdOf } from './run-of-request.ts'
import type { RunView } from './run-view.ts'

export type EnvironmentsDeps = {
  readonly view: RunView
  readonly environments: EnvironmentStore
  readonly coordinator: Pick<Coordinator, 'stopEnvironment'>
}

const tier = Type.Optional(oneOf(deploymentTiers))
const states = ['available', 'stopping', 'stopped'] as const
const read = { policy: { kind: 'project', action: 'read_environments' } } as const
const change = { policy: { kind: 'project', action: 'change_environments' } } as const
const base = '/api/v4/projects/:id/environments'
const params = Type.Object({ ...idParameter, environment_id: integerParameter })
const externalUrl = Type.Optional(Type.String({ maxLength: 255, pattern: '^(https?://\\S+)?$' }))

export function registerEnvironments(app: App, deps: EnvironmentsDeps): void {
  registerReads(app, deps)
  registerChanges(app, deps)
}

function registerReads(app: App, deps: EnvironmentsDeps): void {
  app.get(
    base,
    {
      config: read,
      schema: {
        operationId: 'listEnvironments',
        tags: ['environments'],
        params: Type.Object(idParameter),
        querystring: Type.Object({
          ...pageQuery,
          name: Type.Optional(Type.String({ maxLength: 255 })),
          search: Type.Optional(Type.String({ maxLength: 255 })),
          states: Type.Optional(oneOf(states)),
        }),
        response: { 200: Type.Array(environmentFull) },
      },
    },
    async (request, reply) => {
      const { name, search, states: state } = request.query
      const page = pageOf(request.query)
      const filter = {
        ...(name === undefined ? {} : { name }),
        ...(search === undefined ? {} : { search }),
        ...(state === undefined ? {} : { state }),
      }
      const { items, total } = await deps.environments.list(projectOf(request).project.id, filter, runPage(page))
      tellPage(request, reply, page, total)
      return Promise.all(items.map(item => full(deps, request, item)))
    },
  )

  app.get(
    `${base}/:environment_id`,
    {
      config: read,
      schema: { operationId: 'getEnvironment', tags: ['environments'], params, response: { 200: environmentFull } },
    },
    async request => full(deps, request, await environmentOf(deps, request)),
  )
}

function registerChanges(app: App, deps: EnvironmentsDeps): void {
  app.post(
    base,
    {
      config: change,
      schema: {
        operationId: 'createEnvironment',
        tags: ['environments'],
        params: Type.Object(idParameter),
        body: Type.Object({
          name: environmentName,
          external_url: externalUrl,
          tier,
        }),
        response: { 201: environmentBasic },
      },
    },
    async (request, reply) => {
      const { name, external_url: url, tier: chosen = deploymentTierOf(request.body.name) } = request.body
      const projectId = projectOf(request).project.id
      if ((await deps.environments.byName(projectId, name)) !== null) throw badRequest('name: has been taken')
      const environment = await deps.environments.upsert(
        {
          projectId,
          name,
          slug: environmentSlugOf(name),
          tier: chosen,
          ...(url === undefined ? {} : { externalUrl: url || null }),
        },
        now(deps),
      )
      return reply.code(201).send(toEnvironmentBasic(environment))
    },
  )

  app.put(
    `${base}/:environment_id`,
    {
      config: change,
      schema: {
        operationId: 'changeEnvironment',
        tags: ['environments'],
        params,
        body: Type.Object({ external_url: externalUrl, tier }),
        response: { 200: environmentBasic },
      },
    },
    async request => {
      const { projectId, name, slug, tier: before } = await environmentOf(deps, request)
      const { external_url: url, tier: after = before } = request.body
      const changed = { projectId, name, slug, tier: after, ...(url === undefined ? {} : { externalUrl: url || null }) }
      return toEnvironmentBasic(await deps.environments.upsert(changed, now(deps)))
    },
  )

  app.post(
    `${base}/:environment_id/stop`,
    {
      config: change,
      schema: {
        operationId: 'stopEnvironment',
        tags: ['environments'],
        summary: 'Plays its on_stop job, if it has one',
        params,
        response: { 200: environmentBasic },
      },
    },
    async request => {
      const { id } = await environmentOf(deps, request)
      await deps.coordinator.stopEnvironment(id, { userId: userIdOf(request) })
      return toEnvironmentBasic(await environmentOf(deps, request))
    },
  )

  app.delete(
    `${base}/:environment_id`,
    {
      config: { policy: { kind: 'project', action: 'delete_environments' } },
      schema: { operationId: 'deleteEnvironment', tags: ['environments'], params, response: { 204: noContent } },
    },
    async (request, reply) => {
      const environment = await environmentOf(deps, request)
      if (environment.state !== 'stopped')
        throw new Denial(403, '403 Forbidden', 'the environment must be stopped first')
      await deps.environments.delete(environment.id)
      return reply.code(204).send(null)
    },
  )
}

async function environmentOf(deps: EnvironmentsDeps, request: FastifyRequest): Promise<EnvironmentRecord> {
  const { environment_id: id } = request.params as { readonly environment_id: number }
  const environment = await deps.environments.byId(id)
  if (environment === null || environment.projectId !== projectOf(request).project.id) throw notFound('Environment')
  return environment
}

async function full(deps: EnvironmentsDeps, request: FastifyRequest, environment: EnvironmentRecord) {
  const { project } = projectOf(request)
  const { items } = await deps.environments.deployments(
    project.id,
    { environment: environment.name },
    { page: 1, perPage: 1 },
  )
  const [parts] = await deploymentParts(deps.view, items, project.fullPath)
  return { ...toEnvironmentBasic(environment), last_deployment: parts === undefined ? null : toDeploymentBasic(parts) }
}

function now(deps: EnvironmentsDeps): string {
  return deps.view.now().toISOString()
}
