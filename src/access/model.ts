// The words of access: who acts, on what, with which role. Pure data; `policy.ts` decides.
import type { CiSettings } from './ci-settings.ts'

/** GitLab's roles and their numbers in the API. */
export const roles = { guest: 10, reporter: 20, developer: 30, maintainer: 40, owner: 50 } as const
export type Role = keyof typeof roles
/** 0 is "no member". */
export type AccessLevel = 0 | (typeof roles)[Role]

export const visibilities = ['private', 'internal', 'public'] as const
export type Visibility = (typeof visibilities)[number]

/** Scopes of personal, group and project access tokens, and of deploy tokens (GitLab's names). */
export const scopes = [
  'api',
  'read_api',
  'read_user',
  'read_repository',
  'write_repository',
  'read_registry',
  'write_registry',
  'create_runner',
] as const
export type Scope = (typeof scopes)[number]

/** Who asks. A group or project access token acts as a bot user: kind `user`, cut by `scopes`. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'user'
      readonly userId: number
      readonly username: string
      readonly isAdmin: boolean
      readonly via: 'session' | 'password' | 'token'
      /** Of the access token that was shown. */
      readonly tokenId?: number
      /** `all` for a session or password. */
      readonly scopes: readonly Scope[] | 'all'
    }
  | {
      readonly kind: 'deploy_token'
      readonly tokenId: number
      readonly username: string
      readonly projectId: number | null
      readonly groupId: number | null
      readonly scopes: readonly Scope[]
      /** Who made it: the pipelines of its pushes run with their rights, as those of GitLab's deploy keys. */
      readonly createdBy?: number | null
    }
  | {
      /** A running job: the rights of the user who started it, cut to its project and that project's allow-list. */
      readonly kind: 'job'
      readonly jobId: number
      readonly projectId: number
      readonly userId: number
      readonly username: string
      readonly isAdmin: false
      /** True: in its own project the job has the rights of an owner. */
      readonly startedByAdmin?: boolean
    }

export type UserActor = Extract<Actor, { kind: 'user' }>
export type JobActor = Extract<Actor, { kind: 'job' }>
export const anonymous: Actor = { kind: 'anonymous' }

export type Group = {
  readonly id: number
  readonly parentId: number | null
  readonly name: string
  readonly path: string
  readonly fullPath: string
  readonly description: string
  readonly visibility: Visibility
  /** `user`: the personal namespace of a user, with the user name as its path. */
  readonly kind: 'group' | 'user'
  readonly createdAt: string
}

export type Project = {
  readonly id: number
  readonly groupId: number
  readonly name: string
  /** The last segment of `fullPath`. */
  readonly path: string
  /** `group/subgroup/project`; GitLab's `path_with_namespace`. */
  readonly fullPath: string
  readonly description: string
  readonly visibility: Visibility
  readonly defaultBranch: string
  readonly archived: boolean
  readonly buildsEnabled: boolean
  readonly registryEnabled: boolean
  /** True: being public or internal opens the code, but not the images. */
  readonly registryMembersOnly: boolean
  /** True: a job may push to its own project with its token. */
  readonly jobTokenMayPush: boolean
  /** Absent: a deployment that a newer one has overtaken is refused. */
  readonly outdatedDeploymentsAllowed?: boolean
  readonly ci?: CiSettings
  readonly createdAt: string
}

/** Protected branches and tags; `pattern` may hold `*`. The default branch is protected from the start. */
export type ProtectedRef = {
  readonly kind: 'branch' | 'tag'
  readonly pattern: string
  readonly pushLevel: AccessLevel | 60
  readonly allowForcePush: boolean
}
