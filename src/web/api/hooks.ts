import { change, getAll, getPage, projectUrl } from './client.ts'
import type { Delivery } from './deliveries.ts'

/** The kinds of events that a hook may ask for, in the order in which they are offered. */
export const hookEvents = [
  'push_events',
  'tag_push_events',
  'pipeline_events',
  'job_events',
  'merge_requests_events',
  'releases_events',
  'deployment_events',
] as const
export type HookEvent = (typeof hookEvents)[number]

export type Hook = Readonly<Record<HookEvent, boolean>> & {
  readonly id: number
  readonly url: string
  readonly name: string
  readonly description: string
  readonly has_token: boolean
  readonly push_events_branch_filter: string
}

export type HookInput = Partial<Omit<Hook, 'id' | 'has_token'>> & {
  /** Empty: deliveries are signed no more. */
  readonly token?: string
}

type HookDelivery = {
  readonly id: number
  readonly trigger: string
  readonly state: Delivery['state']
  readonly attempts: number
  readonly response_status: string | null
  readonly error: string | null
  readonly request_data: unknown
  readonly created_at: string
}

export function listHooks(project: string, signal: AbortSignal): Promise<readonly Hook[]> {
  return getAll<Hook>(projectUrl(project, 'hooks'), { signal })
}

export function addHook(project: string, body: HookInput): Promise<Hook> {
  return change<Hook>('POST', projectUrl(project, 'hooks'), { body })
}

export function changeHook(project: string, id: number, body: HookInput): Promise<Hook> {
  return change<Hook>('PUT', projectUrl(project, `hooks/${id}`), { body })
}

export function removeHook(project: string, id: number): Promise<unknown> {
  return change('DELETE', projectUrl(project, `hooks/${id}`))
}

/** Fails with what came of it, unless it was delivered. */
export function testHook(project: string, id: number, event: HookEvent): Promise<unknown> {
  return change('POST', projectUrl(project, `hooks/${id}/test/${event}`))
}

/** The last twenty. */
export async function listHookDeliveries(
  project: string,
  hook: number,
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  const path = projectUrl(project, `hooks/${hook}/events`)
  const { items } = await getPage<HookDelivery>(path, { query: { per_page: 20 }, signal })
  return items.map(delivery => ({
    id: delivery.id,
    state: delivery.state,
    event: delivery.trigger.replace(/ Hook$/, ''),
    attempts: delivery.attempts,
    answer: delivery.error ?? delivery.response_status ?? '',
    createdAt: delivery.created_at,
    body: delivery.request_data,
  }))
}

export function resendHookDelivery(project: string, hook: number, delivery: number): Promise<unknown> {
  return change('POST', projectUrl(project, `hooks/${hook}/events/${delivery}/resend`))
}
