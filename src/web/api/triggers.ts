import type { Named } from '../ui/person.tsx'
import { change, getAll, projectUrl } from './client.ts'

export type Trigger = {
  readonly id: number
  readonly description: string
  /** Whole in the answer that made it, later only its beginning. */
  readonly token: string
  readonly created_at: string
  readonly last_used: string | null
  readonly owner: Named | null
}

export function listTriggers(project: string, signal: AbortSignal): Promise<readonly Trigger[]> {
  return getAll<Trigger>(projectUrl(project, 'triggers'), { signal })
}

export function createTrigger(project: string, description: string): Promise<Trigger> {
  return change<Trigger>('POST', projectUrl(project, 'triggers'), { body: { description } })
}

export function revokeTrigger(project: string, id: number): Promise<unknown> {
  return change('DELETE', projectUrl(project, `triggers/${id}`))
}
