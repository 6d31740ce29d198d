// Artifacts and caches. No foreign keys to jobs: the rows must outlive them until the sweeper has removed their files.
import type { Generated } from 'kysely'

export type ArtifactTables = {
  readonly artifact: {
    id: Generated<number>
    project_id: number
    job_id: number
    type: string
    format: 'zip' | 'gzip' | 'raw'
    filename: string
    size_bytes: number
    sha256: string
    storage_key: string
    access: 'all' | 'developer' | 'maintainer' | 'none'
    created_at: string
    /** Null: kept for good. */
    expires_at: string | null
    /** Expired or erased: the bytes are gone, and the row says that they were there. */
    gone_at: string | null
  }
  readonly cache: {
    project_id: number
    trust_class: 'protected' | 'branch'
    key: string
    digest: string
    size_bytes: number
    storage_key: string
    /** Null: kept before digests were. */
    sha256: string | null
    created_at: string
    used_at: string
  }
}
