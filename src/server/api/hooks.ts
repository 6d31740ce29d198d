// Webhooks of projects, and the log of their deliveries.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { HookRecord, HookStore } from '../../run/hooks/hook-ports.ts'
import type { HookTeller } from '../../run/hooks/hook-teller.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { accepted, idParameter, integerParameter, noContent } from '../schema.ts'
import { changeOf, hookBody, hookDeliveryEntity, hookEntity, toHook, toHookDelivery } from './hook-entity.ts'

export type HooksDeps = {
  readonly hooks: HookStore
  readonly teller: Pick<HookTeller, 'changed'>
  readonly sealHookSecret: (secret: string, projectId: number) => Uint8Array
  readonly now: () => Date
}

const most = 100
const tags = ['hooks']
const path = '/api/v4/projects/:id/hooks'
const config = { policy: { kind: 'project', action: 'manage_hooks' } } as const
const params = Type.Object({ ...idParameter, hook_id: integerParameter })

type HookRequest = FastifyRequest & { readonly params: { readonly hook_id: number } }

export function registerHooks(app: App, deps: HooksDeps): void {
  registerReads(app, deps)
  registerChanges(app, deps)
  registerDeliveries(app, deps)
}

async function hookOf({ hooks }: HooksDeps, request: HookRequest): Promise<HookRecord> {
  const hook = await hooks.byId(projectOf(request).project.id, request.params.hook_id)
  if (hook === null) throw notFound('Hook')
  return hook
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

function registerDeliveries(app: App, deps: HooksDeps): void {
  app.get(
    `${path}/:hook_id/events`,
    {
      config,
      schema: {
        operationId: 'listProjectHookEvents',
        tags,
        params,
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(hookDeliveryEntity) },
      },
    },
    async (request, reply) => {
      const { id } = await hookOf(deps, request)
      const page = pageOf(request.query)
      const { items, total } = await deps.hooks.deliveries(id, page)
      tellPage(request, reply, page, total)
      return items.map(toHookDelivery)
    },
  )

  app.post(
    `${path}/:hook_id/events/:event_id/resend`,
    {
      config,
      schema: {
        operationId: 'resendProjectHookEvent',
        tags,
        params: Type.Object({ ...idParameter, hook_id: integerParameter, event_id: integerParameter }),
        response: { 201: accepted },
      },
    },
    async (request, reply) => {
      const { id } = await hookOf(deps, request)
      if (!(await deps.hooks.repeatDelivery(id, request.params.event_id, deps.now().toISOString())))
        throw notFound('Hook event')
      return reply.code(201).send({ message: '201 Created' })
    },
  )
}
