// The registry's tables. A repository is known by its project and what follows the project's path, so that renaming a
// project renames its images. `review_after` is the queue of the garbage collection: null is "not in question".
import type { Generated } from 'kysely'
import type { DeliveryTable } from '../delivery-records.ts'

export type RegistryTables = {
  readonly registry_repository: {
    id: Generated<number>
    project_id: number
    /** What follows the project's path: `` or `deeper/name`. */
    suffix: string
    created_at: string
  }
  /** A file of the blob storage. `deleting`: its file may be gone already; for readers it is not there. */
  readonly registry_blob: {
    id: Generated<number>
    digest: string
    size_bytes: number
    state: 'stored' | 'deleting'
    stored_at: string
  }
  /** The right to pull the blob in this repository. */
  readonly registry_repository_blob: {
    repository_id: number
    blob_id: number
    created_at: string
    review_after: string | null
  }
  readonly registry_manifest: {
    id: Generated<number>
    repository_id: number
    digest: string
    media_type: string
    artifact_type: string | null
    /** The bytes as they were pushed. */
    payload: Uint8Array
    size_bytes: number
    /** What the config and layers add up to; of an index, all its children. */
    content_bytes: number
    subject_digest: string | null
    config_digest: string | null
    /** JSON of the annotations, kept apart for what has a subject. */
    annotations: string | null
    created_at: string
    last_pulled_at: string | null
    review_after: string | null
  }
  readonly registry_manifest_blob: { manifest_id: number; blob_id: number }
  readonly registry_manifest_child: { parent_id: number; child_id: number }
  readonly registry_tag: {
    repository_id: number
    name: string
    manifest_id: number
    created_at: string
    updated_at: string
    pushed_by: string
    pushed_by_user_id: number | null
    job_id: number | null
    pipeline_id: number | null
    commit_sha: string | null
  }
  /** What each job pushed; it outlives the tag. */
  readonly registry_job_push: {
    id: Generated<number>
    project_id: number
    suffix: string
    tag: string
    digest: string
    job_id: number
    pipeline_id: number
    pushed_at: string
  }
  readonly registry_project: { project_id: number; quota_bytes: number | null }
  readonly registry_repository_rule: {
    id: Generated<number>
    project_id: number
    path_pattern: string
    push_level: string | null
    delete_level: string | null
  }
  readonly registry_tag_rule: {
    id: Generated<number>
    project_id: number
    tag_pattern: string
    push_level: string | null
    delete_level: string | null
  }
  readonly registry_cleanup_policy: {
    project_id: number
    enabled: number
    cadence: string
    name_regex: string | null
    name_regex_keep: string | null
    keep_n: number | null
    older_than: string | null
    next_run_at: string | null
    /** JSON of the last run. */
    last_run: string | null
  }
  readonly registry_follow: {
    id: Generated<number>
    project_id: number
    user_id: number
    ref: string
    source_project_id: number
    source_suffix: string
    tag_pattern: string
    created_at: string
  }
  readonly registry_follow_run: {
    follow_id: number
    digest: string
    at: string
    pipeline_id: number | null
    error: string | null
  }
  /** Pushes and deletions that somebody outside must be told of; written with what they tell, gone when told. */
  readonly registry_event: {
    id: Generated<number>
    action: 'push' | 'delete'
    project_id: number
    suffix: string
    tag: string | null
    digest: string
    media_type: string
    size_bytes: number
    username: string
    at: string
  }
  readonly registry_webhook: {
    id: Generated<number>
    project_id: number
    url: string
    /** Sealed by the installation's key. */
    secret: Uint8Array | null
    on_push: number
    on_delete: number
    created_at: string
  }
  readonly registry_delivery: DeliveryTable
  /** Manifests of other registries; `image` is `<upstream>/<name>`. */
  readonly registry_cached_manifest: {
    image: string
    digest: string
    media_type: string
    payload: Uint8Array
    used_at: string
  }
  readonly registry_cached_tag: { image: string; name: string; digest: string; checked_at: string }
}
