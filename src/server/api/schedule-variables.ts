// The variables of a schedule.
import { Type } from '@fastify/type-provider-typebox'
import type { RunVariable, ScheduleRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { toRunVariable, toVariableEntity, variableBody, variableEntity } from './run-variables.ts'
import {
  changeSchedules,
  ownSchedule,
  type SchedulesDeps,
  scheduleParams,
  schedulesPath,
  updateSchedule,
} from './schedule-of-request.ts'

const keyParams = Type.Object({ ...scheduleParams.properties, key: Type.String() })

export function registerScheduleVariables(app: App, deps: SchedulesDeps): void {
  app.post(
    `${schedulesPath}/:schedule_id/variables`,
    {
      config: changeSchedules,
      schema: {
        operationId: 'createScheduleVariable',
        tags: ['schedules'],
        params: scheduleParams,
        body: variableBody,
        response: { 201: variableEntity },
      },
    },
    async (request, reply) => {
      const schedule = await ownSchedule(deps, request)
      const variable = toRunVariable(request.body)
      if (schedule.variables.some(each => each.key === variable.key))
        throw badRequest(`the variable ${variable.key} is there already`)
      await updateSchedule(deps, schedule, { variables: [...schedule.variables, variable] })
      return reply.code(201).send(toVariableEntity(variable))
    },
  )

  app.put(
    `${schedulesPath}/:schedule_id/variables/:key`,
    {
      config: changeSchedules,
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
      await updateSchedule(deps, schedule, {
        variables: schedule.variables.map(each => (each.key === before.key ? variable : each)),
      })
      return toVariableEntity(variable)
    },
  )

  app.delete(
    `${schedulesPath}/:schedule_id/variables/:key`,
    {
      config: changeSchedules,
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
      await updateSchedule(deps, schedule, { variables: schedule.variables.filter(each => each.key !== variable.key) })
      return toVariableEntity(variable)
    },
  )
}

function variableOf(schedule: ScheduleRecord, key: string): RunVariable {
  const variable = schedule.variables.find(each => each.key === key)
  if (variable === undefined) throw notFound('Pipeline Schedule Variable')
  return variable
}
