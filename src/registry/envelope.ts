// Webhooks speak distribution's language: its envelope of events, signed. Pure.
import { createHmac } from 'node:crypto'

export const envelopeType = 'application/vnd.docker.distribution.events.v1+json'

export type EnvelopeEvent = {
  readonly id: string
  readonly at: string
  readonly action: 'push' | 'delete'
  readonly repository: string
  readonly tag: string | null
  readonly digest: string
  readonly mediaType: string
  readonly sizeBytes: number
  readonly username: string
  /** As docker sees the registry. */
  readonly registryUrl: string
}

export function envelope(event: EnvelopeEvent): string {
  const { registryUrl } = event
  const host = new URL(registryUrl).host
  const target = {
    mediaType: event.mediaType,
    digest: event.digest,
    size: event.sizeBytes,
    length: event.sizeBytes,
    repository: event.repository,
    url: new URL(`/v2/${event.repository}/manifests/${event.digest}`, registryUrl).href,
    ...(event.tag === null ? {} : { tag: event.tag }),
  }
  const told = {
    id: event.id,
    timestamp: event.at,
    action: event.action,
    target,
    request: { id: event.id, host, method: event.action === 'push' ? 'PUT' : 'DELETE' },
    actor: { name: event.username },
    source: { addr: host },
  }
  return JSON.stringify({ events: [told] })
}

/**
 * `X-Slipway-Signature`: HMAC-SHA256 by the webhook's secret over `<timestamp>.<body>`, so that an old delivery cannot be
 * replayed as a new one.
 */
export function signature(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
}

const firstPauseMs = 10_000
const longestPauseMs = 60 * 60 * 1000
export const maxAttempts = 15

/** How long to wait after a failed attempt: doubling from ten seconds to an hour, with up to a tenth of jitter. */
export function pauseAfter(attempts: number, random: number): number {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, attempts - 1))
  return Math.round(pause * (1 + random / 10))
}
