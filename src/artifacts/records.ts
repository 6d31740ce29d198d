// What jobs leave behind: archives, reports and caches. Times are ISO 8601 in UTC.

export const artifactFormats = ['zip', 'gzip', 'raw'] as const
export type ArtifactFormat = (typeof artifactFormats)[number]

/** Who may read a job's artifacts beside its own pipeline's jobs. */
export const artifactAccesses = ['all', 'developer', 'maintainer', 'none'] as const
export type ArtifactAccess = (typeof artifactAccesses)[number]

export type ArtifactRecord = {
  readonly id: number
  readonly projectId: number
  readonly jobId: number
  /** `archive`, `metadata`, or a report: `junit`, `dotenv`, `cobertura`, … */
  readonly type: string
  readonly format: ArtifactFormat
  readonly filename: string
  readonly sizeBytes: number
  /** Hex. */
  readonly sha256: string
  readonly storageKey: string
  readonly access: ArtifactAccess
  readonly createdAt: string
  /** Null: kept for good. */
  readonly expiresAt: string | null
}

export type NewArtifact = Omit<ArtifactRecord, 'id'>

export type TrustClass = 'protected' | 'branch'

/** What caches are kept by: what an unprotected branch wrote is never read by a protected job. */
export type CacheKey = { readonly projectId: number; readonly trustClass: TrustClass; readonly key: string }

export type CacheRecord = CacheKey & {
  /** The writer's word for the content: the same digest need not be sent again. */
  readonly digest: string
  readonly sizeBytes: number
  readonly storageKey: string
  /** Hex, of the bytes as they came; null: kept before digests were. */
  readonly sha256: string | null
  readonly createdAt: string
  readonly usedAt: string
}
