// Pipeline schedules. A schedule runs with its owner's rights, so only the owner changes it; others take it over first.
import { Type } from '@fastify/type-provider-typebox'
import { nextRun, parseCron } from '../../run/cron.ts'
import type { App } from '../app.ts'
import { type Page, pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf, userOf } from '../plugins/policy.ts'
import { idParameter, noContent, sortQuery } from '../schema.ts'
import { pipelineBasic, toPipelineBasic } from './pipeline-entity.ts'
import { runPage } from './run-of-request.ts'
import { peopleOf } from './run-view.ts'
import { registerScheduleActions } from './schedule-actions.ts'
import { scheduleEntity, scheduleFull, toSchedule } from './schedule-entity.ts'
import {
  changeSchedules,
  demandOwner,
  demandRef,
  nowText,
  ownSchedule,
  type SchedulesDeps,
  scheduleOf,
  scheduleParams,
  schedulesPath,
  updateSchedule,
  wholeSchedule,
} from './schedule-of-request.ts'
import { registerScheduleVariables } from './schedule-variables.ts'

const fields = {
  description: Type.String({ minLength: 1, maxLength: 1000 }),
  ref: Type.String({ minLength: 1, maxLength: 1000 }),
  cron: Type.String({ maxLength: 255 }),
  cron_timezone: Type.Optional(Type.String({ maxLength: 100 })),
  active: Type.Optional(Type.Boolean()),
  inputs: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
}
const read = { policy: { kind: 'project', action: 'read_schedules' } } as const

export function registerSchedules(app: App, deps: SchedulesDeps): void {
  registerReads(app, deps)
  registerPipelines(app, deps)
  registerChanges(app, deps)
  registerScheduleVariables(app, deps)
  registerScheduleActions(app, deps)
}

function registerReads(app: App, deps: SchedulesDeps): void {
  const scope = Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('inactive')]))
  app.get(
    schedulesPath,
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
    `${schedulesPath}/:schedule_id`,
    {
      config: read,
      schema: {
        operationId: 'getSchedule',
        tags: ['schedules'],
        params: scheduleParams,
        response: { 200: scheduleFull },
      },
    },
    async request => wholeSchedule(deps, request, await scheduleOf(deps, request)),
  )
}

function registerPipelines(app: App, deps: SchedulesDeps): void {
  app.get(
    `${schedulesPath}/:schedule_id/pipelines`,
    {
      config: read,
      schema: {
        operationId: 'listSchedulePipelines',
        tags: ['schedules'],
        summary: 'What it has started',
        params: scheduleParams,
        querystring: Type.Object({ ...pageQuery, ...sortQuery }),
        response: { 200: Type.Array(pipelineBasic) },
      },
    },
    async (request, reply) => {
      const { id: scheduleId, projectId } = await scheduleOf(deps, request)
      const page = pageOf(request.query)
      // The oldest first, as GitLab has it.
      const filter = { projectId, scheduleId, ascending: request.query.sort !== 'desc' }
      const { items, total } = await deps.view.reads.pipelines(filter, runPage(page))
      tellPage(request, reply, page, total)
      const place = { url: deps.view.url, projectPath: projectOf(request).project.fullPath }
      return items.map(item => toPipelineBasic(item, place))
    },
  )
}

function registerChanges(app: App, deps: SchedulesDeps): void {
  app.post(
    schedulesPath,
    {
      config: changeSchedules,
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
        nowText(deps),
      )
      return reply.code(201).send(await wholeSchedule(deps, request, schedule))
    },
  )

  app.put(
    `${schedulesPath}/:schedule_id`,
    {
      config: changeSchedules,
      schema: {
        operationId: 'changeSchedule',
        tags: ['schedules'],
        params: scheduleParams,
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
      return wholeSchedule(
        deps,
        request,
        await updateSchedule(deps, schedule, {
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
    `${schedulesPath}/:schedule_id`,
    {
      config: changeSchedules,
      schema: {
        operationId: 'deleteSchedule',
        tags: ['schedules'],
        params: scheduleParams,
        response: { 204: noContent },
      },
    },
    async (request, reply) => {
      const schedule = await scheduleOf(deps, request)
      demandOwner(request, schedule, 'maintainers too')
      await deps.schedules.delete(schedule.id)
      return reply.code(204).send(null)
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

function nextRunOf(deps: SchedulesDeps, cron: string, timezone: string, isActive: boolean): string | null {
  const next = nextRun(parseCron(cron), timezone, deps.view.now())
  return isActive ? (next?.toISOString() ?? null) : null
}
