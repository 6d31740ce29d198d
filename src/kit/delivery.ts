// What is brought to addresses that users name: kept until it has arrived or was tried often enough, with a log for its owner.
import { createHmac } from 'node:crypto'

export type Delivery = {
  readonly id: number
  readonly webhookId: number
  readonly eventId: string
  readonly body: string
  readonly state: 'waiting' | 'delivered' | 'failed'
  readonly attempts: number
  readonly nextAttemptAt: string | null
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly createdAt: string
  readonly finishedAt: string | null
}

/** What one attempt to deliver came to: the status of the answer, or why there is none. */
export type Attempt = { readonly status: number | null; readonly error: string | null }

/** What is sent, and with which secret. */
export type Outgoing = Pick<Delivery, 'eventId' | 'body'> & {
  readonly url: string
  readonly sealedSecret: Uint8Array | null
  readonly projectId: number
}

export type DueDelivery = Delivery & Outgoing

export type DeliveryRecords = {
  /** The newest first. */
  readonly deliveries: (
    webhookId: number,
    page: { readonly limit: number; readonly offset: number },
  ) => Promise<{ readonly items: readonly Delivery[]; readonly total: number }>
  readonly dueDeliveries: (now: string, limit: number) => Promise<readonly DueDelivery[]>
  readonly deliveryTried: (
    id: number,
    outcome: Pick<Delivery, 'state' | 'nextAttemptAt' | 'lastStatus' | 'lastError' | 'finishedAt'>,
  ) => Promise<void>
  /** Lets a finished delivery begin anew. */
  readonly repeatDelivery: (webhookId: number, id: number, now: string) => Promise<boolean>
  readonly forgetDeliveries: (before: string) => Promise<void>
}

/**
 * `X-Slipway-Signature`: HMAC-SHA256 by the webhook's secret over `<timestamp>.<body>`, so that an old delivery cannot be
 * replayed as a new one.
 */
export function signature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
}

export function isDelivered({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300
}

const firstPauseMs = 10_000
const longestPauseMs = 60 * 60 * 1000
export const maxAttempts = 15

/** How long to wait after a failed attempt: doubling from ten seconds to an hour, with up to a tenth of jitter. */
export function pauseAfter(attempts: number, random: number): number {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, attempts - 1))
  return Math.round(pause * (1 + random / 10))
}
