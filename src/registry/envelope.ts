// Webhooks speak distribution's language: its envelope of events. Pure.

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
