// Trigger tokens of a project. The token is shown once, to who made it.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { MintedToken } from '../../kit/token.ts'
import type { TriggerRecord } from '../../run/records.ts'
import type { TriggerStore } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf, userOf } from '../plugins/policy.ts'
import { idParameter, integerParameter, noContent, nullableString } from '../schema.ts'
import { runPage } from './run-of-request.ts'
import { type Person, peopleOf, type RunView } from './run-view.ts'
import { userBasic } from './user-entity.ts'

export type TriggersDeps = {
  readonly view: RunView
  readonly triggers: TriggerStore
  readonly mintTriggerToken: () => MintedToken
}

const triggerEntity = Type.Object({
  id: Type.Integer(),
  description: Type.String(),
  /** Whole in the answer that made it, later only its beginning. */
  token: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  last_used: nullableString,
  owner: Type.Union([userBasic, Type.Null()]),
})

const policy = { policy: { kind: 'project', action: 'manage_triggers' } } as const
const params = Type.Object({ ...idParameter, trigger_id: integerParameter })
const body = Type.Object({ description: Type.String({ minLength: 1, maxLength: 255 }) })
const tokenPrefix = 'glptt-'

export function registerTriggers(app: App, deps: TriggersDeps): void {
  const { view, triggers } = deps
  app.get(
    '/api/v4/projects/:id/triggers',
    {
      config: policy,
      schema: {
        operationId: 'listTriggers',
        tags: ['triggers'],
        params: Type.Object(idParameter),
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(triggerEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const { items, total } = await triggers.list(projectOf(request).project.id, runPage(page))
      tellPage(request, reply, page, total)
      const people = await peopleOf(
        view,
        items.map(trigger => trigger.ownerId),
      )
      return items.map(trigger => toEntity(trigger, people.get(trigger.ownerId) ?? null))
    },
  )

  app.post(
    '/api/v4/projects/:id/triggers',
    {
      config: policy,
      schema: {
        operationId: 'createTrigger',
        tags: ['triggers'],
        params: Type.Object(idParameter),
        body,
        response: { 201: triggerEntity },
      },
    },
    async (request, reply) => {
      const { token, hash } = deps.mintTriggerToken()
      const ownerId = userOf(request).userId
      const trigger = await triggers.create({
        projectId: projectOf(request).project.id,
        description: request.body.description,
        ownerId,
        tokenHash: hash,
        shortToken: token.slice(tokenPrefix.length, tokenPrefix.length + 4),
        createdAt: view.now().toISOString(),
      })
      const people = await peopleOf(view, [ownerId])
      return reply.code(201).send({ ...toEntity(trigger, people.get(ownerId) ?? null), token })
    },
  )

  app.get(
    '/api/v4/projects/:id/triggers/:trigger_id',
    {
      config: policy,
      schema: { operationId: 'getTrigger', tags: ['triggers'], params, response: { 200: triggerEntity } },
    },
    async request => one(view, await triggerOf(triggers, request, request.params.trigger_id)),
  )

  app.put(
    '/api/v4/projects/:id/triggers/:trigger_id',
    {
      config: policy,
      schema: { operationId: 'changeTrigger', tags: ['triggers'], params, body, response: { 200: triggerEntity } },
    },
    async request => {
      const { id } = await triggerOf(triggers, request, request.params.trigger_id)
      const changed = await triggers.update(id, request.body.description)
      if (changed === null) throw notFound('Trigger')
      return one(view, changed)
    },
  )

  app.delete(
    '/api/v4/projects/:id/triggers/:trigger_id',
    {
      config: policy,
      schema: { operationId: 'deleteTrigger', tags: ['triggers'], params, response: { 204: noContent } },
    },
    async (request, reply) => {
      const { id } = await triggerOf(triggers, request, request.params.trigger_id)
      await triggers.delete(id)
      return reply.code(204).send(null)
    },
  )
}

async function triggerOf(triggers: TriggerStore, request: FastifyRequest, id: number): Promise<TriggerRecord> {
  const trigger = await triggers.byId(id)
  if (trigger === null || trigger.projectId !== projectOf(request).project.id) throw notFound('Trigger')
  return trigger
}

async function one(view: RunView, trigger: TriggerRecord) {
  const people = await peopleOf(view, [trigger.ownerId])
  return toEntity(trigger, people.get(trigger.ownerId) ?? null)
}

function toEntity(trigger: TriggerRecord, owner: Person | null) {
  return {
    id: trigger.id,
    description: trigger.description,
    token: `${tokenPrefix}${trigger.shortToken}`,
    created_at: trigger.createdAt,
    updated_at: trigger.createdAt,
    last_used: trigger.lastUsedAt,
    owner,
  }
}
