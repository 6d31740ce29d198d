// Pipeline schedules. A schedule runs with its owner's rights, so only the owner changes it; others take it over first.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Coordinator } from '../../run/coordinator.ts'
import { nextRun, parseCron } from '../../run/cron.ts'
import type { Repositories } from '../../run/ports.ts'
import type { RunVariable, ScheduleRecord } from '../../run/records.ts'
import type { ScheduleStore } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { type Page, pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf, userOf } from '../plugins/policy.ts'
import { accepted, idParameter, integerParameter, noContent } from '../schema.ts'
import { findRef } from './pipeline-create.ts'
import { runPage } from './run-of-request.ts'
import { toRunVariable, toVariableEntity, variableBody, variableEntity } from './run-variables.ts'
import { peopleOf, type RunView } from './run-view.ts'
import { scheduleEntity, scheduleFull, toSchedule } from './schedule-entity.ts'

export type SchedulesDeps = {
  readonly view: RunView
  readonly schedules: ScheduleStore
  readonly coordinator: Pick<Coordinator, 'createPipeline'>
  readonly repositories: Pick<Repositories, 'resolve'>
}

const fields = {
  description: Type.String({ minLength: 1, maxLength: 1000 }),
  ref: Type.String({ minLength: 1, maxLength: 1000 }),
  cron: Type.String({ maxLength: 255 }),
  cron_timezone: Type.Optional(Type.String({ maxLength: 100 })),
  active: Type.Optional(Type.Boolean()),
  inputs: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
}
const read = { policy: { kind: 'project', action: 'read_schedules' } } as const
const change = { policy: { kind: 'project', action: 'change_schedules' } } as const
const base = '/api/v4/projects/:id/pipeline_schedules'
const params = Type.Object({ ...idParameter, schedule_id: integerParameter })
const keyParams = Type.Object({ ...idParameter, schedule_id: integerParameter, key: Type.String() })

export function registerSchedules(app: App, deps: SchedulesDeps): void {
  registerReads(app, deps)
  registerChanges(app, deps)
  registerVariables(app, deps)
  registerActions(app, deps)
}

function registerReads(app: App, deps: SchedulesDeps): void {
  const scope = Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('inactive')]))
  app.get(
    base,
    {
      config: read,
      schema: {
        operationId: 'listSchedules',
        tags: ['schedules'],
        params: Type.Object(idParameter),
        querystring: Type.Object({ ...pageQuery, scope }),
        response: { 200: Type.Array(scheduleEntity) },
      },
    },
    async (request, reply) => {
      const page = pageOf(request.query)
      const { items, total } = await listSchedules(deps, projectOf(request).project.id, request.query.scope, page)
      tellPage(request, reply, page, total)
      const people = await peopleOf(
        deps.view,
        items.map(item => item.ownerId),
      )
      return items.map(item => toSchedule(item, people.get(item.ownerId) ?? null))
    },
  )

  app.get(
    `${base}/:schedule_id`,
    {
      config: read,
      schema: { operationId: 'getSchedule', tags: ['schedules'], params, response: { 200: scheduleFull } },
    },
    async request => full(deps, request, await scheduleOf(deps, request)),
  )
}

function registerChanges(app: App, deps: SchedulesDeps): void {
  app.post(
    base,
    {
      config: change,
      schema: {
        operationId: 'createSchedule',
        tags: ['schedules'],
        params: Type.Object(idParameter),
        body: Type.Object(fields),
        response: { 201: scheduleFull },
      },
    },
    async (request, reply) => {
      const {
        description,
        ref,
        cron,
        cron_timezone: timezone = 'UTC',
        active: isActive = true,
        inputs = {},
      } = request.body
      const projectId = projectOf(request).project.id
      await demandRef(deps, projectId, ref)
      const schedule = await deps.schedules.create(
        {
          projectId,
          description,
          ref,
          cron,
          timezone,
          isActive,
          ownerId: userOf(request).userId,
          nextRunAt: nextRunOf(deps, cron, timezone, isActive),
          variables: [],
          inputs,
        },
        now(deps),
      )
      return reply.code(201).send(await full(deps, request, schedule))
    },
  )

  app.put(
    `${base}/:schedule_id`,
    {
      config: change,
      schema: {
        operationId: 'changeSchedule',
        tags: ['schedules'],
        params,
        body: Type.Partial(Type.Object(fields)),
        response: { 200: scheduleFull },
      },
    },
    async request => {
      const schedule = await ownSchedule(deps, request)
      const {
        description,
        ref,
        cron = schedule.cron,
        cron_timezone: timezone = schedule.timezone,
        inputs,
      } = request.body
      const isActive = request.body.active ?? schedule.isActive
      if (ref !== undefined) await demandRef(deps, schedule.projectId, ref)
      return full(
        deps,
        request,
        await update(deps, schedule, {
          cron,
          timezone,
          isActive,
          nextRunAt: nextRunOf(deps, cron, timezone, isActive),
          ...(description === undefined ? {} : { description }),
          ...(ref === undefined ? {} : { ref }),
          ...(inputs === undefined ? {} : { inputs }),
        }),
      )
    },
  )

  app.delete(
    `${base}/:schedule_id`,
    {
      config: change,
      schema: { operationId: 'deleteSchedule', tags: ['schedules'], params, response: { 204: noContent } },
    },
    async (request, reply) => {
      const schedule = await scheduleOf(deps, request)
      demandOwner(request, schedule, 'maintainers too')
      await deps.schedules.delete(schedule.id)
      return reply.code(204).send(null)
    },
  )
}

function registerVariables(app: App, deps: SchedulesDeps): void {
  app.post(
    `${base}/:schedule_id/variables`,
    {
      config: change,
      schema: {
        operationId: 'createScheduleVariable',
        tags: ['schedules'],
        params,
        body: variableBody,
        response: { 201: variableEntity },
      },
    },
    async (request, reply) => {
      const schedule = await ownSchedule(deps, request)
      const variable = toRunVariable(request.body)
      if (schedule.variables.some(each => each.key === variable.key))
        throw badRequest(`the variable ${variable.key} is there already`)
      await update(deps, schedule, { variables: [...schedule.variables, variable] })
      return reply.code(201).send(toVariableEntity(variable))
    },
  )

  app.put(
    `${base}/:schedule_id/variables/:key`,
    {
      config: change,
      schema: {
        operationId: 'changeScheduleVariable',
        tags: ['schedules'],
        params: keyParams,
        body: Type.Partial(Type.Omit(variableBody, ['key'])),
        response: { 200: variableEntity },
      },
    },
    async request => {
      const schedule = await ownSchedule(deps, request)
      const before = variableOf(schedule, request.params.key)
      const { value = before.value, variable_type: type = before.type, raw = before.raw } = request.body
      const variable = { key: before.key, value, type, raw }
      await update(deps, schedule, {
        variables: schedule.variables.map(each => (each.key === before.key ? variable : each)),
      })
      return toVariableEntity(variable)
    },
  )

  app.delete(
    `${base}/:schedule_id/variables/:key`,
    {
      config: change,
      schema: {
        operationId: 'deleteScheduleVariable',
        tags: ['schedules'],
        params: keyParams,
        response: { 200: variableEntity },
      },
    },
    async request => {
      const schedule = await ownSchedule(deps, request)
      const variable = variableOf(schedule, request.params.key)
      await update(deps, schedule, { variables: schedule.variables.filter(each => each.key !== variable.key) })
      return toVariableEntity(variable)
    },
  )
}

function registerActions(app: App, deps: SchedulesDeps): void {
  app.post(
    `${base}/:schedule_id/take_ownership`,
    {
      config: change,
      schema: { operationId: 'takeSchedule', tags: ['schedules'], params, response: { 201: scheduleFull } },
    },
    async (request, reply) => {
      const schedule = await scheduleOf(deps, request)
      if (!isMaintainer(request)) throw new Denial(403, '403 Forbidden', 'only maintainers may take over a schedule')
      const taken = await update(deps, schedule, { ownerId: userOf(request).userId })
      return reply.code(201).send(await full(deps, request, taken))
    },
  )

  app.post(
    `${base}/:schedule_id/play`,
    {
      config: change,
      schema: {
        operationId: 'playSchedule',
        tags: ['schedules'],
        summary: 'Runs it now, as the caller',
        params,
        response: { 201: accepted },
      },
    },
    async (request, reply) => {
      const schedule = await scheduleOf(deps, request)
      const ref = await demandRef(deps, schedule.projectId, schedule.ref)
      const creation = await deps.coordinator.createPipeline({
        projectId: schedule.projectId,
        ref,
        sha: null,
        beforeSha: '0'.repeat(40),
        source: 'schedule',
        userId: userOf(request).userId,
        variables: [],
        inputs: schedule.inputs,
        isSkipAsked: false,
        scheduleId: schedule.id,
        scheduleVariables: schedule.variables,
        scheduleDescription: schedule.description,
        triggerShortToken: null,
        upstream: null,
        config: null,
      })
      if (creation.kind === 'none') throw badRequest(creation.message)
      await deps.schedules.ran(schedule.id, creation.pipeline.id)
      return reply.code(201).send({ message: '201 Created' })
    },
  )
}

/** A project has few schedules: with a scope, all are looked at. */
async function listSchedules(
  deps: SchedulesDeps,
  projectId: number,
  scope: 'active' | 'inactive' | undefined,
  page: Page,
) {
  if (scope === undefined) return deps.schedules.list(projectId, runPage(page))
  const { items } = await deps.schedules.list(projectId, { page: 1, perPage: 10_000 })
  const matching = items.filter(item => item.isActive === (scope === 'active'))
  return { items: matching.slice(page.offset, page.offset + page.limit), total: matching.length }
}

async function scheduleOf(deps: SchedulesDeps, request: FastifyRequest): Promise<ScheduleRecord> {
  const { schedule_id: id } = request.params as { readonly schedule_id: number }
  const schedule = await deps.schedules.byId(id)
  if (schedule === null || schedule.projectId !== projectOf(request).project.id) throw notFound('Pipeline Schedule')
  return schedule
}

async function ownSchedule(deps: SchedulesDeps, request: FastifyRequest): Promise<ScheduleRecord> {
  const schedule = await scheduleOf(deps, request)
  demandOwner(request, schedule, 'owner only')
  return schedule
}

function demandOwner(request: FastifyRequest, schedule: ScheduleRecord, whom: 'owner only' | 'maintainers too'): void {
  const user = userOf(request)
  if (user.userId === schedule.ownerId || user.isAdmin || (whom === 'maintainers too' && isMaintainer(request))) return
  throw new Denial(403, '403 Forbidden', 'only the owner of the schedule may do this; a maintainer may take it over')
}

function isMaintainer(request: FastifyRequest): boolean {
  return projectOf(request).level >= 40
}

function variableOf(schedule: ScheduleRecord, key: string): RunVariable {
  const variable = schedule.variables.find(each => each.key === key)
  if (variable === undefined) throw notFound('Pipeline Schedule Variable')
  return variable
}

async function demandRef(deps: SchedulesDeps, projectId: number, name: string) {
  const ref = await findRef(deps.repositories, projectId, name)
  if (ref === null) throw badRequest(`ref: there is no branch or tag '${name}'`)
  return ref
}

function nextRunOf(deps: SchedulesDeps, cron: string, timezone: string, isActive: boolean): string | null {
  const next = nextRun(parseCron(cron), timezone, deps.view.now())
  return isActive ? (next?.toISOString() ?? null) : null
}

async function update(
  deps: SchedulesDeps,
  schedule: ScheduleRecord,
  change: Partial<ScheduleRecord>,
): Promise<ScheduleRecord> {
  const changed = await deps.schedules.update(schedule.id, change, now(deps))
  if (changed === null) throw notFound('Pipeline Schedule')
  return changed
}

async function full(deps: SchedulesDeps, request: FastifyRequest, schedule: ScheduleRecord) {
  const people = await peopleOf(deps.view, [schedule.ownerId])
  const last = schedule.lastPipelineId === null ? null : await deps.view.reads.pipeline(schedule.lastPipelineId)
  // Values are for who may change them, as on GitLab.
  const mayRead = userIdIs(request, schedule.ownerId) || isMaintainer(request)
  return {
    ...toSchedule(schedule, people.get(schedule.ownerId) ?? null),
    last_pipeline: last === null ? null : { id: last.id, sha: last.sha, ref: last.ref.name, status: last.status },
    variables: mayRead ? schedule.variables.map(toVariableEntity) : [],
  }
}

function userIdIs(request: FastifyRequest, userId: number): boolean {
  return request.actor.kind === 'user' && request.actor.userId === userId
}

function now(deps: SchedulesDeps): string {
  return deps.view.now().toISOString()
}
