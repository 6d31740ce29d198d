// Whose jobs may reach a project with their tokens: its own, and those of the projects on its allow-list.
import { Type } from '@fastify/type-provider-typebox'
import type { Access } from '../../access/ports.ts'
import type { JobTokenSourceStore, ProjectStore } from '../../access/store-ports.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { demand, projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter } from '../schema.ts'
import { type ProjectView, projectEntity, toProject } from './project-entity.ts'

export type JobTokenScopeDeps = {
  readonly access: Access
  readonly jobTokenSources: JobTokenSourceStore
  readonly projectStore: ProjectStore
  readonly view: ProjectView
  readonly now: () => Date
}

const policy = { kind: 'project', action: 'manage_job_token_scope' } as const

export function registerJobTokenScope(app: App, deps: JobTokenScopeDeps): void {
  const params = Type.Object(idParameter)

  app.get(
    '/api/v4/projects/:id/job_token_scope',
    {
      config: { policy },
      schema: {
        operationId: 'getJobTokenScope',
        tags: ['job token scope'],
        params,
        response: { 200: Type.Object({ inbound_enabled: Type.Boolean(), outbound_enabled: Type.Boolean() }) },
      },
    },
    async () => ({ inbound_enabled: true, outbound_enabled: false }),
  )

  app.patch(
    '/api/v4/projects/:id/job_token_scope',
    {
      config: { policy },
      schema: {
        operationId: 'changeJobTokenScope',
        tags: ['job token scope'],
        params,
        body: Type.Object({ enabled: Type.Boolean() }),
      },
    },
    async (request, reply) => {
      if (!request.body.enabled)
        throw badRequest('the allow-list cannot be switched off: add the projects that need access')
      return reply.code(204).send()
    },
  )

  app.get(
    '/api/v4/projects/:id/job_token_scope/allowlist',
    {
      config: { policy },
      schema: {
        operationId: 'listJobTokenAllowlist',
        tags: ['job token scope'],
        params,
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(projectEntity) },
      },
    },
    async (request, reply) => {
      const own = projectOf(request).project.id
      const ids = [own, ...(await deps.jobTokenSources.list(own))]
      const page = pageOf(request.query)
      tellPage(request, reply, page, ids.length)
      const shown = await Promise.all(
        ids.slice(page.offset, page.offset + page.limit).map(id => deps.projectStore.byId(id)),
      )
      return Promise.all(shown.filter(project => project !== null).map(project => toProject(deps.view, project)))
    },
  )

  app.post(
    '/api/v4/projects/:id/job_token_scope/allowlist',
    {
      config: { policy },
      schema: {
        operationId: 'addToJobTokenAllowlist',
        tags: ['job token scope'],
        params,
        body: Type.Object({ target_project_id: integerParameter }),
        response: { 201: Type.Object({ source_project_id: Type.Integer(), target_project_id: Type.Integer() }) },
      },
    },
    async (request, reply) => {
      const { target_project_id } = request.body
      // One can only name a project that one sees, or the answer would tell which ids exist.
      const target = await deps.access.project(request.actor, target_project_id)
      if (target === null) throw notFound('Project')
      demand(request.actor, target.may('read_project'), 'Project')
      const { id } = projectOf(request).project
      await deps.jobTokenSources.add(id, target_project_id, deps.now().toISOString())
      return reply.code(201).send({ source_project_id: id, target_project_id })
    },
  )

  app.delete(
    '/api/v4/projects/:id/job_token_scope/allowlist/:target_project_id',
    {
      config: { policy },
      schema: {
        operationId: 'removeFromJobTokenAllowlist',
        tags: ['job token scope'],
        params: Type.Object({ ...idParameter, target_project_id: integerParameter }),
      },
    },
    async (request, reply) => {
      const removed = await deps.jobTokenSources.remove(projectOf(request).project.id, request.params.target_project_id)
      if (!removed) throw notFound('Project')
      return reply.code(204).send()
    },
  )
}
