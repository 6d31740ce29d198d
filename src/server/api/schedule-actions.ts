// What is done with a schedule: taken over, and played.
import type { App } from '../app.ts'
import { badRequest, Denial } from '../plugins/errors.ts'
import { userOf } from '../plugins/policy.ts'
import { accepted } from '../schema.ts'
import { scheduleFull } from './schedule-entity.ts'
import {
  changeSchedules,
  demandRef,
  isMaintainer,
  type SchedulesDeps,
  scheduleOf,
  scheduleParams,
  schedulesPath,
  updateSchedule,
  wholeSchedule,
} from './schedule-of-request.ts'

export function registerScheduleActions(app: App, deps: SchedulesDeps): void {
  app.post(
    `${schedulesPath}/:schedule_id/take_ownership`,
    {
      config: changeSchedules,
      schema: {
        operationId: 'takeSchedule',
        tags: ['schedules'],
        params: scheduleParams,
        response: { 201: scheduleFull },
      },
    },
    async (request, reply) => {
      const schedule = await scheduleOf(deps, request)
      if (!isMaintainer(request)) throw new Denial(403, '403 Forbidden', 'only maintainers may take over a schedule')
      const taken = await updateSchedule(deps, schedule, { ownerId: userOf(request).userId })
      return reply.code(201).send(await wholeSchedule(deps, request, taken))
    },
  )

  app.post(
    `${schedulesPath}/:schedule_id/play`,
    {
      config: changeSchedules,
      schema: {
        operationId: 'playSchedule',
        tags: ['schedules'],
        summary: 'Runs it now, as the caller',
        params: scheduleParams,
        response: { 201: accepted },
      },
    },
    async (request, reply) => {
      const schedule = await scheduleOf(deps, request)
      await demandRef(deps, schedule.projectId, schedule.ref)
      const creation = await deps.coordinator.runSchedule(schedule, { userId: userOf(request).userId })
      if (creation.kind === 'none') throw badRequest(creation.message)
      return reply.code(201).send({ message: '201 Created' })
    },
  )
}

/** A project has few schedules: with a scope, all are looked at. */
