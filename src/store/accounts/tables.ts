// The tables of accounts. Paths are unique whatever their case, and groups share one space of paths with projects:
// `route` sees to both. `namespace_ancestor` holds each group's line up to the root, itself included.
import type { Generated } from 'kysely'

export type AccountTables = {
  readonly user_account: {
    id: Generated<number>
    username: string
    /** The user name in lower case. */
    username_key: string
    name: string
    email: string
    /** Null: cannot sign in with a password (bots). */
    password_hash: string | null
    is_admin: 0 | 1
    state: 'active' | 'blocked'
    kind: 'person' | 'bot'
    created_at: string
    last_sign_in_at: string | null
  }
  readonly namespace: {
    id: Generated<number>
    parent_id: number | null
    kind: 'group' | 'user'
    /** Of a personal namespace. */
    owner_id: number | null
    name: string
    path: string
    full_path: string
    description: string
    visibility: 'private' | 'internal' | 'public'
    created_at: string
  }
  /** `depth` 0 is the namespace itself, 1 its parent, … */
  readonly namespace_ancestor: { namespace_id: number; ancestor_id: number; depth: number }
  readonly route: {
    /** The full path in lower case. */
    path_key: string
    namespace_id: number | null
    project_id: number | null
  }
  readonly project: {
    id: Generated<number>
    namespace_id: number
    creator_id: number | null
    name: string
    path: string
    full_path: string
    description: string
    visibility: 'private' | 'internal' | 'public'
    default_branch: string
    archived: 0 | 1
    builds_enabled: 0 | 1
    registry_enabled: 0 | 1
    registry_members_only: 0 | 1
    job_token_may_push: 0 | 1
    outdated_deployments_allowed: Generated<0 | 1>
    /** JSON. */
    ci_settings: Generated<string>
    created_at: string
    last_activity_at: string
  }
  /** Exactly one of `group_id` and `project_id` is set. */
  readonly member: {
    id: Generated<number>
    user_id: number
    group_id: number | null
    project_id: number | null
    level: number
    created_by: number | null
    created_at: string
    /** A date (`2026-12-31`): from that day on the membership counts no more. */
    expires_at: string | null
  }
  readonly access_token: {
    id: Generated<number>
    kind: 'personal' | 'group' | 'project'
    /** Who the token acts as; of group and project tokens a bot. */
    user_id: number
    group_id: number | null
    project_id: number | null
    name: string
    description: string
    /** JSON array of scopes. */
    scopes: string
    token_hash: string
    revoked: 0 | 1
    created_by: number | null
    created_at: string
    expires_at: string | null
    last_used_at: string | null
  }
  readonly deploy_token: {
    id: Generated<number>
    group_id: number | null
    project_id: number | null
    name: string
    username: string
    scopes: string
    token_hash: string
    revoked: 0 | 1
    created_by: number | null
    created_at: string
    expires_at: string | null
  }
  readonly session: {
    token_hash: string
    user_id: number
    created_at: string
    expires_at: string
    address: string
    user_agent: string
  }
  readonly protected_ref: {
    id: Generated<number>
    project_id: number
    kind: 'branch' | 'tag'
    pattern: string
    push_level: number
    allow_force_push: 0 | 1
    created_at: string
  }
  /** Neither `group_id` nor `project_id`: a variable of the whole instance. */
  readonly variable: {
    id: Generated<number>
    group_id: number | null
    project_id: number | null
    key: string
    /** Sealed with the key of the data folder. */
    value_sealed: Uint8Array
    kind: 'env_var' | 'file'
    is_protected: 0 | 1
    is_masked: 0 | 1
    is_hidden: 0 | 1
    is_raw: 0 | 1
    environment_scope: string
    description: string
  }
  /** Jobs of `source_project_id` may reach `project_id` with their tokens. */
  readonly job_token_source: {
    project_id: number
    source_project_id: number
    created_at: string
  }
  /** Each value is JSON. */
  readonly setting: { name: string; value: string }
  readonly audit_event: {
    id: Generated<number>
    at: string
    user_id: number | null
    username: string
    action: string
    project_id: number | null
    group_id: number | null
    /** What was acted on, in words that stay true when it is gone. */
    target: string
    /** JSON */
    detail: string
    address: string
  }
}
