// What the hooks of a project were sent, again if one wishes, and the sending of a trial.
import { Type } from '@fastify/type-provider-typebox'
import { type HookEvent, hookEvents } from '../../run/hooks/hook-ports.ts'
import type { App } from '../app.ts'
import { Denial, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { accepted, idParameter, integerParameter, oneOf } from '../schema.ts'
import { hookDeliveryEntity, hookTriggers, toHookDelivery } from './hook-entity.ts'
import {
  manageHooks as config,
  type HooksDeps,
  hookOf,
  hookParams as params,
  hooksPath as path,
  hookTags as tags,
} from './hook-of-request.ts'
import { userIdOf } from './run-of-request.ts'

export function registerHookDeliveries(app: App, deps: HooksDeps): void {
  registerLog(app, deps)
  registerTrial(app, deps)
}

function registerLog(app: App, deps: HooksDeps): void {
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

function registerTrial(app: App, deps: HooksDeps): void {
  app.post(
    `${path}/:hook_id/test/:trigger`,
    {
      // GitLab's bound is of five a minute; people who look for a mistake need a few more.
      config: { ...config, rateLimit: { max: 30, timeWindow: 60_000 } },
      schema: {
        operationId: 'testProjectHook',
        tags,
        summary: 'Sends what happened last of the kind, once, whether the hook asked for it or not',
        params: Type.Object({ ...idParameter, hook_id: integerParameter, trigger: oneOf(hookTriggers) }),
        response: { 201: accepted },
      },
    },
    async (request, reply) => {
      const event = eventOf(request.params.trigger)
      const trial = await deps.tryHook(await hookOf(deps, request), event, userIdOf(request))
      if (!trial.isDelivered) throw new Denial(422, trial.why)
      return reply.code(201).send({ message: '201 Created' })
    },
  )
}

function eventOf(trigger: string): HookEvent {
  const event = hookEvents.find(each => `${each}_events` === trigger)
  if (event === undefined) throw notFound('Hook event')
  return event
}
