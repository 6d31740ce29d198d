// Brings events to webhooks: signed, one attempt at a time for each, repeated with growing pauses. Each attempt's outcome is
// kept for its owner to see.
import {
  type Attempt,
  type DeliveryRecords,
  type DueDelivery,
  isDelivered,
  maxAttempts,
  type Outgoing,
  pauseAfter,
  signature,
} from './delivery.ts'
import { messageOf } from './errors.ts'
import type { Post } from './post.ts'

export type Deliverer = {
  /** Tries all that is due, a few at a time. */
  readonly deliver: (signal: AbortSignal) => Promise<void>
  /** One attempt now, of which nothing is kept. */
  readonly attempt: (outgoing: Outgoing, signal: AbortSignal) => Promise<Attempt>
}

const atOnce = 8
const keptMs = 30 * 24 * 60 * 60 * 1000

export function createDeliverer(deps: {
  readonly records: Pick<DeliveryRecords, 'dueDeliveries' | 'deliveryTried' | 'forgetDeliveries'>
  readonly post: Post
  readonly openSecret: (sealed: Uint8Array, projectId: number) => string
  /** Beside the signature; the secret is null where the owner gave none. */
  readonly headersOf: (delivery: Outgoing, secret: string | null) => Readonly<Record<string, string>>
  readonly clock: () => number
  /** From 0 to 1. */
  readonly random: () => number
}): Deliverer {
  const { records, post, openSecret, clock, random } = deps
  const time = (ms: number) => new Date(ms).toISOString()

  function headersOf(delivery: Outgoing): Readonly<Record<string, string>> {
    const timestamp = String(Math.floor(clock() / 1000))
    const secret = delivery.sealedSecret === null ? null : openSecret(delivery.sealedSecret, delivery.projectId)
    return {
      'user-agent': 'slipway',
      'x-slipway-event': delivery.eventId,
      'x-slipway-timestamp': timestamp,
      ...(secret === null ? {} : { 'x-slipway-signature': signature(secret, timestamp, delivery.body) }),
      ...deps.headersOf(delivery, secret),
    }
  }

  async function attemptDue(delivery: DueDelivery, signal: AbortSignal): Promise<void> {
    const result = await attempt(delivery, signal)
    if (signal.aborted) return // not an attempt: it is made anew after the restart
    const isLast = delivery.attempts + 1 >= maxAttempts
    const state = isDelivered(result) ? 'delivered' : isLast ? 'failed' : 'waiting'
    await records.deliveryTried(delivery.id, {
      state,
      nextAttemptAt: state === 'waiting' ? time(clock() + pauseAfter(delivery.attempts + 1, random())) : null,
      lastStatus: result.status,
      lastError: result.error,
      finishedAt: state === 'waiting' ? null : time(clock()),
    })
  }

  async function attempt(delivery: Outgoing, signal: AbortSignal): Promise<Attempt> {
    try {
      const { status } = await post({ url: delivery.url, headers: headersOf(delivery), body: delivery.body, signal })
      return { status, error: null }
    } catch (error) {
      return { status: null, error: messageOf(error) }
    }
  }

  return {
    attempt,
    async deliver(signal) {
      for (;;) {
        const due = await records.dueDeliveries(time(clock()), atOnce)
        if (due.length === 0 || signal.aborted) break
        await Promise.all(due.map(delivery => attemptDue(delivery, signal)))
      }
      await records.forgetDeliveries(time(clock() - keptMs))
    },
  }
}
