// Webhooks of the registry, and the log of their deliveries.
import { Type } from '@fastify/type-provider-typebox'
import type { Delivery } from '../../kit/delivery.ts'
import type { Webhook } from '../../registry/management/ports.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { accepted, idParameter, integerParameter, nullableInteger, nullableString } from '../schema.ts'
import type { RegistryApiDeps } from './registry-deps.ts'

const tags = ['container registry']
const most = 20
const path = '/api/v4/projects/:id/registry/webhooks'
const policy = { kind: 'project', action: 'manage_registry' } as const
const hookParameters = { ...idParameter, webhook_id: integerParameter }

const webhookEntity = Type.Object({
  id: Type.Integer(),
  url: Type.String(),
  has_secret: Type.Boolean(),
  push_events: Type.Boolean(),
  delete_events: Type.Boolean(),
  created_at: Type.String(),
})
const deliveryEntity = Type.Object({
  id: Type.Integer(),
  event_id: Type.String(),
  state: Type.String(),
  attempts: Type.Integer(),
  next_attempt_at: nullableString,
  last_status: nullableInteger,
  last_error: nullableString,
  created_at: Type.String(),
  finished_at: nullableString,
  body: Type.String(),
})

export function registerRegistryWebhooks(app: App, deps: RegistryApiDeps): void {
  app.get(
    path,
    {
      config: { policy },
      schema: {
        operationId: 'listRegistryWebhooks',
        tags,
        params: Type.Object(idParameter),
        response: { 200: Type.Array(webhookEntity) },
      },
    },
    async request => (await deps.store.webhooks(projectOf(request).project.id)).map(toWebhook),
  )

  app.post(
    path,
    {
      config: { policy },
      schema: {
        operationId: 'addRegistryWebhook',
        tags,
        params: Type.Object(idParameter),
        body: Type.Object({
          url: Type.String({ maxLength: 2000 }),
          secret: Type.Optional(
            Type.String({ minLength: 8, maxLength: 500, description: 'Signs the deliveries; never shown again.' }),
          ),
          push_events: Type.Optional(Type.Boolean()),
          delete_events: Type.Optional(Type.Boolean()),
        }),
        response: { 201: webhookEntity },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const { url, secret } = request.body
      if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
        throw badRequest('url: expected an http:// or https:// address')
      if ((await deps.store.webhooks(project.id)).length >= most)
        throw badRequest(`a project has at most ${most} webhooks`)
      const webhook = await deps.store.addWebhook({
        projectId: project.id,
        url,
        sealedSecret: secret === undefined ? null : deps.sealSecret(secret, project.id),
        onPush: request.body.push_events ?? true,
        onDelete: request.body.delete_events ?? true,
        createdAt: new Date(deps.clock()).toISOString(),
      })
      return reply.code(201).send(toWebhook(webhook))
    },
  )

  app.delete(
    `${path}/:webhook_id`,
    {
      config: { policy },
      schema: {
        operationId: 'removeRegistryWebhook',
        tags,
        params: Type.Object(hookParameters),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      if (!(await deps.store.removeWebhook(project.id, request.params.webhook_id))) throw notFound('Webhook')
      return reply.code(204).send(null)
    },
  )

  registerDeliveries(app, deps)
}

function registerDeliveries(app: App, deps: RegistryApiDeps): void {
  async function demandOwn(projectId: number, webhookId: number): Promise<void> {
    const own = await deps.store.webhooks(projectId)
    if (!own.some(webhook => webhook.id === webhookId)) throw notFound('Webhook')
  }

  app.get(
    `${path}/:webhook_id/deliveries`,
    {
      config: { policy },
      schema: {
        operationId: 'listRegistryDeliveries',
        tags,
        params: Type.Object(hookParameters),
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(deliveryEntity) },
      },
    },
    async (request, reply) => {
      await demandOwn(projectOf(request).project.id, request.params.webhook_id)
      const page = pageOf(request.query)
      const { items, total } = await deps.store.deliveries(request.params.webhook_id, page)
      tellPage(request, reply, page, total)
      return items.map(toDelivery)
    },
  )

  app.post(
    `${path}/:webhook_id/deliveries/:delivery_id/repeat`,
    {
      config: { policy },
      schema: {
        operationId: 'repeatRegistryDelivery',
        tags,
        params: Type.Object({ ...hookParameters, delivery_id: integerParameter }),
        response: { 202: accepted },
      },
    },
    async (request, reply) => {
      const { webhook_id: webhookId, delivery_id: id } = request.params
      await demandOwn(projectOf(request).project.id, webhookId)
      if (!(await deps.store.repeatDelivery(webhookId, id, new Date(deps.clock()).toISOString())))
        throw notFound('Delivery')
      return reply.code(202).send({ message: '202 Accepted' })
    },
  )
}

function toWebhook(webhook: Webhook) {
  return {
    id: webhook.id,
    url: webhook.url,
    has_secret: webhook.hasSecret,
    push_events: webhook.onPush,
    delete_events: webhook.onDelete,
    created_at: webhook.createdAt,
  }
}

function toDelivery(delivery: Delivery) {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    state: delivery.state,
    attempts: delivery.attempts,
    next_attempt_at: delivery.nextAttemptAt,
    last_status: delivery.lastStatus,
    last_error: delivery.lastError,
    created_at: delivery.createdAt,
    finished_at: delivery.finishedAt,
    body: delivery.body,
  }
}
