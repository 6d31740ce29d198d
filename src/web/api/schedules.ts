import type { Named } from '../ui/person.tsx'
import { change, getAll, getJson, projectUrl } from './client.ts'
import type { PipelineVariable } from './pipelines.ts'

export type Schedule = {
  readonly id: number
  readonly description: string
  readonly ref: string
  readonly cron: string
  readonly cron_timezone: string
  readonly next_run_at: string | null
  readonly active: boolean
  readonly owner: Named | null
  readonly last_pipeline?: { readonly id: number; readonly status: string } | null
  readonly variables?: readonly PipelineVariable[]
}

export type ScheduleInput = {
  readonly description: string
  readonly ref: string
  readonly cron: string
  readonly cron_timezone: string
  readonly active: boolean
}

/** Lists are brief: each schedule is read for its last pipeline. */
export async function listSchedules(project: string, signal: AbortSignal): Promise<readonly Schedule[]> {
  const brief = await getAll<Schedule>(projectUrl(project, 'pipeline_schedules'), { signal })
  return Promise.all(brief.map(schedule => readSchedule(project, schedule.id, signal)))
}

export function readSchedule(project: string, id: number, signal?: AbortSignal): Promise<Schedule> {
  return getJson<Schedule>(projectUrl(project, `pipeline_schedules/${id}`), signal === undefined ? {} : { signal })
}

/** Variables are resources of their own: those that are gone are deleted, changed ones set anew. */
export async function saveSchedule(
  project: string,
  before: Schedule | null,
  input: ScheduleInput,
  variables: readonly PipelineVariable[],
): Promise<void> {
  const base = projectUrl(project, 'pipeline_schedules')
  const saved =
    before === null
      ? await change<Schedule>('POST', base, { body: input })
      : await change<Schedule>('PUT', `${base}/${before.id}`, { body: input })
  const known = before?.variables ?? []
  for (const old of known)
    if (!variables.some(variable => variable.key === old.key))
      await change('DELETE', `${base}/${saved.id}/variables/${encodeURIComponent(old.key)}`)
  for (const variable of variables) {
    const old = known.find(each => each.key === variable.key)
    if (old === undefined) await change('POST', `${base}/${saved.id}/variables`, { body: variable })
    else if (old.value !== variable.value || old.variable_type !== variable.variable_type) {
      await change('PUT', `${base}/${saved.id}/variables/${encodeURIComponent(variable.key)}`, {
        body: { value: variable.value, variable_type: variable.variable_type },
      })
    }
  }
}

export function deleteSchedule(project: string, id: number): Promise<unknown> {
  return change('DELETE', projectUrl(project, `pipeline_schedules/${id}`))
}

export function playSchedule(project: string, id: number): Promise<unknown> {
  return change('POST', projectUrl(project, `pipeline_schedules/${id}/play`))
}

export function setScheduleActive(project: string, id: number, active: boolean): Promise<unknown> {
  return change('PUT', projectUrl(project, `pipeline_schedules/${id}`), { body: { active } })
}
