import { change, getAll, getPage } from './client.ts'
import type { Delivery } from './deliveries.ts'
import { registryUrl } from './registry.ts'

export type Webhook = {
  readonly id: number
  readonly url: string
  readonly has_secret: boolean
  readonly push_events: boolean
  readonly delete_events: boolean
}

type WebhookDelivery = {
  readonly id: number
  readonly state: Delivery['state']
  readonly attempts: number
  readonly last_status: number | null
  readonly last_error: string | null
  readonly created_at: string
  /** JSON in the registry's own format of notifications. */
  readonly body: string
}

export type WebhookInput = {
  readonly url: string
  readonly secret?: string
  readonly push_events: boolean
  readonly delete_events: boolean
}

export function listWebhooks(project: string, signal: AbortSignal): Promise<readonly Webhook[]> {
  return getAll<Webhook>(registryUrl(project, 'webhooks'), { signal })
}

export function addWebhook(project: string, body: WebhookInput): Promise<Webhook> {
  return change<Webhook>('POST', registryUrl(project, 'webhooks'), { body })
}

export function removeWebhook(project: string, id: number): Promise<unknown> {
  return change('DELETE', registryUrl(project, `webhooks/${id}`))
}

/** The last twenty. */
export async function listDeliveries(
  project: string,
  webhook: number,
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  const path = registryUrl(project, `webhooks/${webhook}/deliveries`)
  const { items } = await getPage<WebhookDelivery>(path, { query: { per_page: 20 }, signal })
  return items.map(delivery => ({
    id: delivery.id,
    state: delivery.state,
    ...bodyOf(delivery.body),
    attempts: delivery.attempts,
    answer: delivery.last_error ?? String(delivery.last_status ?? ''),
    createdAt: delivery.created_at,
  }))
}

export function repeatDelivery(project: string, webhook: number, delivery: number): Promise<unknown> {
  return change('POST', registryUrl(project, `webhooks/${webhook}/deliveries/${delivery}/repeat`))
}

function bodyOf(text: string): Pick<Delivery, 'event' | 'body'> {
  const body = JSON.parse(text) as {
    readonly events?: readonly { readonly action: string; readonly target: { readonly tag?: string } }[]
  }
  const [told] = body.events ?? []
  return { body, event: told === undefined ? '' : [told.action, told.target.tag].filter(Boolean).join(' ') }
}
