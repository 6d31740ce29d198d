// Pipeline schedules as GitLab's API shows them.
import { Type } from '@fastify/type-provider-typebox'
import type { ScheduleRecord } from '../../run/records.ts'
import { nullableString } from '../schema.ts'
import { variableEntity } from './run-variables.ts'
import type { Person } from './run-view.ts'
import { userBasic } from './user-entity.ts'

const fields = {
  id: Type.Integer(),
  description: Type.String(),
  ref: Type.String(),
  cron: Type.String(),
  cron_timezone: Type.String(),
  next_run_at: nullableString,
  active: Type.Boolean(),
  created_at: Type.String(),
  updated_at: Type.String(),
  owner: Type.Union([userBasic, Type.Null()]),
}

export const scheduleEntity = Type.Object(fields)

export const scheduleFull = Type.Object({
  ...fields,
  last_pipeline: Type.Union([
    Type.Object({ id: Type.Integer(), sha: Type.String(), ref: Type.String(), status: Type.String() }),
    Type.Null(),
  ]),
  variables: Type.Array(variableEntity),
})

export function toSchedule(schedule: ScheduleRecord, owner: Person | null) {
  return {
    id: schedule.id,
    description: schedule.description,
    ref: schedule.ref,
    cron: schedule.cron,
    cron_timezone: schedule.timezone,
    next_run_at: schedule.nextRunAt,
    active: schedule.isActive,
    created_at: schedule.createdAt,
    updated_at: schedule.updatedAt,
    owner,
  }
}
