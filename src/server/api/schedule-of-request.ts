// The schedule that a path names, who may do what with it, and how it is shown.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Coordinator } from '../../run/coordinator.ts'
import type { Repositories } from '../../run/ports.ts'
import type { ScheduleRecord } from '../../run/records.ts'
import type { ScheduleStore } from '../../run/store-ports.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { projectOf, userOf } from '../plugins/policy.ts'
import { idParameter, integerParameter } from '../schema.ts'
import { findRef } from './pipeline-create.ts'
import { toVariableEntity } from './run-variables.ts'
import { peopleOf, type RunView } from './run-view.ts'
import { toSchedule } from './schedule-entity.ts'

export type SchedulesDeps = {
  readonly view: RunView
  readonly schedules: ScheduleStore
  readonly coordinator: Pick<Coordinator, 'runSchedule'>
  readonly repositories: Pick<Repositories, 'resolve'>
}

export const schedulesPath = '/api/v4/projects/:id/pipeline_schedules'
export const scheduleParams = Type.Object({ ...idParameter, schedule_id: integerParameter })
export const changeSchedules = { policy: { kind: 'project', action: 'change_schedules' } } as const

export async function scheduleOf(deps: SchedulesDeps, request: FastifyRequest): Promise<ScheduleRecord> {
  const { schedule_id: id } = request.params as { readonly schedule_id: number }
  const schedule = await deps.schedules.byId(id)
  if (schedule === null || schedule.projectId !== projectOf(request).project.id) throw notFound('Pipeline Schedule')
  return schedule
}

export async function ownSchedule(deps: SchedulesDeps, request: FastifyRequest): Promise<ScheduleRecord> {
  const schedule = await scheduleOf(deps, request)
  demandOwner(request, schedule, 'owner only')
  return schedule
}

export function demandOwner(
  request: FastifyRequest,
  schedule: ScheduleRecord,
  whom: 'owner only' | 'maintainers too',
): void {
  const user = userOf(request)
  if (user.userId === schedule.ownerId || user.isAdmin || (whom === 'maintainers too' && isMaintainer(request))) return
  throw new Denial(403, '403 Forbidden', 'only the owner of the schedule may do this; a maintainer may take it over')
}

export function isMaintainer(request: FastifyRequest): boolean {
  return projectOf(request).level >= 40
}

export async function demandRef(deps: SchedulesDeps, projectId: number, name: string) {
  const ref = await findRef(deps.repositories, projectId, name)
  if (ref === null) throw badRequest(`ref: there is no branch or tag '${name}'`)
  return ref
}

export async function updateSchedule(
  deps: SchedulesDeps,
  schedule: ScheduleRecord,
  change: Partial<ScheduleRecord>,
): Promise<ScheduleRecord> {
  const changed = await deps.schedules.update(schedule.id, change, nowText(deps))
  if (changed === null) throw notFound('Pipeline Schedule')
  return changed
}

export async function wholeSchedule(deps: SchedulesDeps, request: FastifyRequest, schedule: ScheduleRecord) {
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

export function nowText(deps: SchedulesDeps): string {
  return deps.view.now().toISOString()
}
