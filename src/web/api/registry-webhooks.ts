import { change, getAll, getPage, type Page } from './client.ts'
import { registryUrl } from './registry.ts'

export type Webhook = {
  readonly id: number
  readonly url: string
  readonly has_secret: boolean
  readonly push_events: boolean
  readonly delete_events: boolean
}

export type Delivery = {
  readonly id: number
  readonly state: 'waiting' | 'delivered' | 'failed'
  readonly attempts: number
  readonly last_status: number | null
  readonly last_error: string | null
  readonly created_at: string
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

export function listDeliveries(project: string, webhook: number, signal: AbortSignal): Promise<Page<Delivery>> {
  return getPage<Delivery>(registryUrl(project, `webhooks/${webhook}/deliveries`), { query: { per_page: 20 }, signal })
}

export function repeatDelivery(project: string, webhook: number, delivery: number): Promise<unknown> {
  return change('POST', registryUrl(project, `webhooks/${webhook}/deliveries/${delivery}/repeat`))
}
