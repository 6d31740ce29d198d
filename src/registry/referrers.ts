// The answer of the referrers API: an image index made of what refers to a subject, cut into pages by bytes, since
// annotations have no bound and an index must stay under 4 MiB.
import { imageIndex } from './media-types.ts'
import type { Digest } from './reference.ts'

export type Referrer = {
  readonly mediaType: string
  readonly digest: Digest
  readonly sizeBytes: number
  readonly artifactType: string | null
  readonly annotations: Readonly<Record<string, string>>
}

const maxPageBytes = 3 * 1024 * 1024

export type ReferrersPage = {
  readonly body: string
  /** The last digest on this page when more follow. */
  readonly next: Digest | null
}

/** @param hasMore whether the source holds more than `referrers` */
export function referrersPage(referrers: readonly Referrer[], hasMore: boolean): ReferrersPage {
  const taken: string[] = []
  let bytes = 0
  for (const referrer of referrers) {
    const text = JSON.stringify(describe(referrer))
    bytes += Buffer.byteLength(text)
    if (taken.length > 0 && bytes > maxPageBytes) break
    taken.push(text)
  }
  const isCut = taken.length < referrers.length || hasMore
  return { body: index(taken), next: isCut ? (referrers[taken.length - 1]?.digest ?? null) : null }
}

function index(descriptors: readonly string[]): string {
  return `{"schemaVersion":2,"mediaType":"${imageIndex}","manifests":[${descriptors.join(',')}]}`
}

function describe(referrer: Referrer): Readonly<Record<string, unknown>> {
  return {
    mediaType: referrer.mediaType,
    digest: referrer.digest,
    size: referrer.sizeBytes,
    ...(referrer.artifactType === null ? {} : { artifactType: referrer.artifactType }),
    ...(Object.keys(referrer.annotations).length === 0 ? {} : { annotations: referrer.annotations }),
  }
}
