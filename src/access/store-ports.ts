// The stores of accounts. Null: there is none. Times are ISO 8601 in UTC, expiry dates `2026-12-31` (that day counts no
// more). A write that breaks a uniqueness fails with the `AppError` `access.name_taken`.
import type { AccessLevel, Group, Project, ProtectedRef, Scope, Visibility } from './model.ts'

export type Page = { readonly limit: number; readonly offset: number }
export type Listed<T> = { readonly items: readonly T[]; readonly total: number }
export type Order<Column extends string> = { readonly by: Column; readonly ascending: boolean }

export type UserRecord = {
  readonly id: number
  readonly username: string
  readonly name: string
  readonly email: string
  readonly isAdmin: boolean
  readonly state: 'active' | 'blocked'
  readonly kind: 'person' | 'bot'
  /** The personal namespace; bots have none. */
  readonly namespaceId: number | null
  readonly createdAt: string
  readonly lastSignInAt: string | null
}

export type NewUser = Pick<UserRecord, 'username' | 'name' | 'email' | 'isAdmin' | 'kind'> & {
  readonly passwordHash: string | null
}

export type UserFilter = {
  readonly search?: string | undefined
  readonly username?: string | undefined
  readonly state?: UserRecord['state'] | undefined
  readonly kind?: UserRecord['kind'] | undefined
  readonly admins?: boolean | undefined
}

export type UserStore = {
  /** A person's personal namespace is made in the same transaction. */
  readonly create: (user: NewUser, at: string) => Promise<UserRecord>
  readonly byId: (id: number) => Promise<UserRecord | null>
  /** By user name, whatever its case, or mail address. */
  readonly byLogin: (
    login: string,
  ) => Promise<{ readonly user: UserRecord; readonly passwordHash: string | null } | null>
  readonly list: (filter: UserFilter, page: Page) => Promise<Listed<UserRecord>>
  /** Changing the password, or blocking, ends all sessions. */
  readonly update: (
    id: number,
    change: Partial<Pick<UserRecord, 'name' | 'email' | 'isAdmin' | 'state'> & { readonly passwordHash: string }>,
  ) => Promise<UserRecord | null>
  readonly signedIn: (id: number, at: string) => Promise<void>
  /** False: there are projects in the personal namespace. */
  readonly delete: (id: number) => Promise<boolean>
}

/** Whose eyes a list is made for: null is a stranger, `all` an administrator. */
export type Viewer = { readonly userId: number } | 'stranger' | 'all'

export type GroupFilter = {
  readonly viewer: Viewer
  readonly search?: string | undefined
  readonly topLevelOnly?: boolean | undefined
  /** Direct children only. */
  readonly parentId?: number | undefined
  /** All below it. */
  readonly ancestorId?: number | undefined
  /** Where the viewer has at least this role by a membership there or above. */
  readonly minLevel?: number | undefined
  readonly visibility?: Visibility | undefined
}

export type NewGroup = Pick<Group, 'parentId' | 'name' | 'path' | 'description' | 'visibility'>

export type GroupStore = {
  /** The creator becomes owner, unless it is 0. */
  readonly create: (group: NewGroup, creatorId: number, at: string) => Promise<Group>
  readonly byId: (id: number) => Promise<Group | null>
  readonly byPath: (fullPath: string) => Promise<Group | null>
  readonly list: (filter: GroupFilter, page: Page, order: Order<'name' | 'path' | 'id'>) => Promise<Listed<Group>>
  /** A new path renames everything below. */
  readonly update: (
    id: number,
    change: Partial<Pick<Group, 'name' | 'path' | 'description' | 'visibility'>>,
  ) => Promise<Group | null>
  /** False: it still holds groups or projects. */
  readonly delete: (id: number) => Promise<boolean>
  /** Itself first, the root last. */
  readonly lineage: (id: number) => Promise<readonly Group[]>
}

export type ProjectFilter = {
  readonly viewer: Viewer
  readonly search?: string | undefined
  readonly groupId?: number | undefined
  readonly includeSubgroups?: boolean | undefined
  readonly visibility?: Visibility | undefined
  readonly archived?: boolean | undefined
  /** Where the viewer has at least this role. 10 is "member of". */
  readonly minLevel?: number | undefined
  readonly creatorId?: number | undefined
  readonly idAfter?: number | undefined
  readonly idBefore?: number | undefined
}

export type ProjectOrder = Order<'id' | 'name' | 'path' | 'created_at' | 'last_activity_at'>

export type NewProject = Pick<
  Project,
  'groupId' | 'name' | 'path' | 'description' | 'visibility' | 'defaultBranch' | 'buildsEnabled' | 'registryEnabled'
>

export type ProjectDetails = Project & {
  readonly creatorId: number | null
  readonly lastActivityAt: string
}

export type ProjectChange = Partial<
  Pick<
    Project,
    | 'name'
    | 'path'
    | 'description'
    | 'visibility'
    | 'defaultBranch'
    | 'archived'
    | 'buildsEnabled'
    | 'registryEnabled'
    | 'registryMembersOnly'
    | 'jobTokenMayPush'
    | 'outdatedDeploymentsAllowed'
    | 'ci'
  > & { readonly lastActivityAt: string }
>

export type ProjectStore = {
  /** Its default branch is protected in the same transaction. */
  readonly create: (project: NewProject, creatorId: number, at: string) => Promise<ProjectDetails>
  readonly byId: (id: number) => Promise<ProjectDetails | null>
  readonly byPath: (fullPath: string) => Promise<ProjectDetails | null>
  readonly list: (filter: ProjectFilter, page: Page, order: ProjectOrder) => Promise<Listed<ProjectDetails>>
  readonly ids: () => Promise<readonly number[]>
  readonly update: (id: number, change: ProjectChange) => Promise<ProjectDetails | null>
  readonly move: (id: number, groupId: number) => Promise<ProjectDetails | null>
  readonly delete: (id: number) => Promise<void>
  /** Its group first, the root last. */
  readonly groupIds: (id: number) => Promise<readonly number[]>
}

/** A group or a project. */
export type Place =
  | { readonly kind: 'group'; readonly groupId: number }
  | { readonly kind: 'project'; readonly projectId: number }

export type MemberRecord = {
  readonly user: UserRecord
  readonly level: AccessLevel
  readonly createdAt: string
  readonly createdBy: number | null
  readonly expiresAt: string | null
  /** Where the membership was given: the place itself, or a group above. */
  readonly place: Place
}

export type MemberStore = {
  /** The highest role by memberships in the place and above it, today. */
  readonly levelIn: (userId: number, place: Place, today: string) => Promise<AccessLevel>
  /** Direct members; with `inherited` also those of the groups above, each person once with the highest role. */
  readonly list: (
    place: Place,
    options: {
      readonly inherited: boolean
      readonly search?: string | undefined
      readonly userId?: number | undefined
    },
    page: Page,
  ) => Promise<Listed<MemberRecord>>
  /** Adds or changes the direct membership. */
  readonly put: (
    place: Place,
    member: {
      readonly userId: number
      readonly level: AccessLevel
      readonly expiresAt: string | null
      readonly createdBy: number
    },
    at: string,
  ) => Promise<void>
  readonly remove: (place: Place, userId: number) => Promise<boolean>
  /** Direct owners that are people. */
  readonly countOwners: (place: Place) => Promise<number>
}

export type AccessTokenRecord = {
  readonly id: number
  readonly kind: 'personal' | 'group' | 'project'
  readonly userId: number
  readonly groupId: number | null
  readonly projectId: number | null
  readonly name: string
  readonly description: string
  readonly scopes: readonly Scope[]
  readonly isRevoked: boolean
  readonly createdBy: number | null
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
}

export type NewAccessToken = Omit<AccessTokenRecord, 'id' | 'isRevoked' | 'createdAt' | 'lastUsedAt'>

export type AccessTokenFilter = {
  readonly userId?: number | undefined
  readonly kind?: AccessTokenRecord['kind'] | undefined
  readonly place?: Place | undefined
  readonly search?: string | undefined
  /** True: neither revoked nor expired. */
  readonly active?: boolean | undefined
}

export type AccessTokenStore = {
  readonly create: (token: NewAccessToken, hash: string, at: string) => Promise<AccessTokenRecord>
  /** With its user, whatever the state of both. */
  readonly byHash: (hash: string) => Promise<{ readonly token: AccessTokenRecord; readonly user: UserRecord } | null>
  readonly byId: (id: number) => Promise<AccessTokenRecord | null>
  readonly list: (filter: AccessTokenFilter, page: Page, today: string) => Promise<Listed<AccessTokenRecord>>
  readonly revoke: (id: number) => Promise<void>
  /** Revokes the old one and makes its successor, in one transaction. */
  readonly rotate: (id: number, hash: string, expiresAt: string | null, at: string) => Promise<AccessTokenRecord | null>
  readonly used: (id: number, at: string) => Promise<void>
}

export type DeployTokenRecord = {
  readonly id: number
  readonly place: Place
  readonly name: string
  readonly username: string
  readonly scopes: readonly Scope[]
  /** Whose rights the pipelines of its pushes have. */
  readonly createdBy: number | null
  readonly isRevoked: boolean
  readonly createdAt: string
  readonly expiresAt: string | null
}

export type DeployTokenStore = {
  readonly create: (
    token: Omit<DeployTokenRecord, 'id' | 'isRevoked' | 'createdAt' | 'username'> & {
      /** Null: `gitlab+deploy-token-<id>`. */
      readonly username: string | null
    },
    hash: string,
    at: string,
  ) => Promise<DeployTokenRecord>
  readonly byHash: (hash: string) => Promise<DeployTokenRecord | null>
  readonly byId: (place: Place, id: number) => Promise<DeployTokenRecord | null>
  /** Without a place: of the whole instance. */
  readonly list: (place: Place | null, page: Page) => Promise<Listed<DeployTokenRecord>>
  readonly revoke: (id: number) => Promise<void>
}

export type SessionStore = {
  readonly create: (session: {
    readonly hash: string
    readonly userId: number
    readonly at: string
    readonly expiresAt: string
    readonly address: string
    readonly userAgent: string
  }) => Promise<void>
  /** The user of a session that has not expired. */
  readonly userOf: (hash: string, now: string) => Promise<UserRecord | null>
  readonly end: (hash: string) => Promise<void>
  readonly endExpired: (now: string) => Promise<void>
}

export type ProtectedRefRecord = ProtectedRef & { readonly id: number }

export type ProtectedRefStore = {
  readonly list: (projectId: number, kind: ProtectedRef['kind']) => Promise<readonly ProtectedRefRecord[]>
  readonly create: (projectId: number, rule: ProtectedRef, at: string) => Promise<ProtectedRefRecord>
  readonly update: (
    projectId: number,
    id: number,
    change: Partial<Pick<ProtectedRef, 'pushLevel' | 'allowForcePush'>>,
  ) => Promise<ProtectedRefRecord | null>
  readonly delete: (projectId: number, kind: ProtectedRef['kind'], pattern: string) => Promise<boolean>
}

export type VariablePlace = Place | { readonly kind: 'instance' }

export type VariableRecord = {
  readonly key: string
  readonly valueSealed: Uint8Array
  readonly kind: 'env_var' | 'file'
  readonly isProtected: boolean
  readonly isMasked: boolean
  /** The value is never shown again, not even to those who manage variables. */
  readonly isHidden: boolean
  readonly isRaw: boolean
  readonly environmentScope: string
  readonly description: string
}

export type VariableStore = {
  readonly list: (place: VariablePlace) => Promise<readonly VariableRecord[]>
  readonly create: (place: VariablePlace, variable: VariableRecord) => Promise<void>
  /** False: there is none with this key and scope. */
  readonly update: (
    place: VariablePlace,
    key: string,
    environmentScope: string,
    variable: VariableRecord,
  ) => Promise<boolean>
  readonly delete: (place: VariablePlace, key: string, environmentScope: string) => Promise<boolean>
}

/** Projects whose jobs may reach this one with their tokens. */
export type JobTokenSourceStore = {
  readonly isAllowed: (projectId: number, sourceProjectId: number) => Promise<boolean>
  readonly list: (projectId: number) => Promise<readonly number[]>
  readonly add: (projectId: number, sourceProjectId: number, at: string) => Promise<void>
  readonly remove: (projectId: number, sourceProjectId: number) => Promise<boolean>
}

export type SettingStore = {
  readonly all: () => Promise<Readonly<Record<string, unknown>>>
  readonly put: (values: Readonly<Record<string, unknown>>) => Promise<void>
}

export type AuditEvent = {
  readonly at: string
  readonly userId: number | null
  readonly username: string
  /** `project_created`, `member_added`, `sign_in_failed`, … */
  readonly action: string
  readonly projectId: number | null
  readonly groupId: number | null
  readonly target: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly address: string
}

export type AuditStore = {
  readonly add: (event: AuditEvent) => Promise<void>
  readonly list: (
    filter: { readonly projectId?: number; readonly groupId?: number; readonly userId?: number },
    page: Page,
  ) => Promise<Listed<AuditEvent & { readonly id: number }>>
}
