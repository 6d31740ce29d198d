// Webhooks of projects.
import { Type } from '@fastify/type-provider-typebox'
import type { App } from '../app.ts'
import { badRequest } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, noContent } from '../schema.ts'
import { registerHookDeliveries } from './hook-deliveries.ts'
import { changeOf, hookBody, hookEntity, toHook } from './hook-entity.ts'
import {
  manageHooks as config,
  type HooksDeps,
  hookOf,
  hookParams as params,
  hooksPath as path,
  hookTags as tags,
} from './hook-of-request.ts'

const most = 100

export function registerHooks(app: App, deps: HooksDeps): void {
  registerReads(app, deps)
  registerChanges(app, deps)
  registerHookDeliveries(app, deps)
}

function registerReads(app: App, deps: HooksDeps): void {
  app.get(
    path,
    {
      config,
      schema: {
        operationId: 'listProjectHooks',
        tags,
        params: Type.Object(idParameter),
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(hookEntity) },
      },
    },
    async (request, reply) => {
      const all = await deps.hooks.list(projectOf(request).project.id)
      const page = pageOf(request.query)
      tellPage(request, reply, page, all.length)
      return all.slice(page.offset, page.offset + page.limit).map(toHook)
    },
  )

  app.get(
    `${path}/:hook_id`,
    { config, schema: { operationId: 'getProjectHook', tags, params, response: { 200: hookEntity } } },
    async request => toHook(await hookOf(deps, request)),
  )
}

function registerChanges(app: App, deps: HooksDeps): void {
  const { hooks, teller, sealHookSecret } = deps
  app.post(
    path,
    {
      config,
      schema: {
        operationId: 'addProjectHook',
        tags,
        params: Type.Object(idParameter),
        body: hookBody,
        response: { 201: hookEntity },
      },
    },
    async (request, reply) => {
      const projectId = projectOf(request).project.id
      const { body } = request
      const { url, name = '', description = '', branchFilter = '', events } = changeOf(body, ['push'])
      if (url === undefined) throw badRequest('url is missing')
      if ((await hooks.list(projectId)).length >= most) throw badRequest(`a project has at most ${most} hooks`)
      const sealedSecret = body.token ? sealHookSecret(body.token, projectId) : null
      const createdAt = deps.now().toISOString()
      const hook = await hooks.create({
        projectId,
        url,
        name,
        description,
        branchFilter,
        events,
        sealedSecret,
        createdAt,
      })
      teller.changed()
      return reply.code(201).send(toHook(hook))
    },
  )

  app.put(
    `${path}/:hook_id`,
    {
      config,
      schema: { operationId: 'changeProjectHook', tags, params, body: hookBody, response: { 200: hookEntity } },
    },
    async request => {
      const before = await hookOf(deps, request)
      const { token } = request.body
      const sealedSecret = token ? sealHookSecret(token, before.projectId) : null
      await hooks.update(before.id, {
        ...changeOf(request.body, before.events),
        ...(token !== undefined && { sealedSecret }),
      })
      teller.changed()
      return toHook(await hookOf(deps, request))
    },
  )

  app.delete(
    `${path}/:hook_id`,
    { config, schema: { operationId: 'removeProjectHook', tags, params, response: { 204: noContent } } },
    async (request, reply) => {
      await hooks.delete((await hookOf(deps, request)).id)
      teller.changed()
      return reply.code(204).send(null)
    },
  )
}
