// What the doors (git, API, WebSocket, registry, runner protocol) ask of access. One object, made in `access.ts`
// over the stores; every answer comes from the pure rules in `policy.ts`.
import type { AccessLevel, Actor, Group, Project } from './model.ts'
import type { Decision, GroupAction, ProjectAction } from './policy.ts'

export type { Decision } from './policy.ts'

export type Credentials =
  | { readonly kind: 'none' }
  /** HTTP Basic: user name with password, personal token, deploy token or (`gitlab-ci-token`) job token. */
  | { readonly kind: 'basic'; readonly username: string; readonly password: string; readonly address: string }
  /** `PRIVATE-TOKEN`, `Authorization: Bearer`, `JOB-TOKEN`. */
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'session'; readonly session: string }

export type ProjectAccess = {
  readonly project: Project
  readonly level: AccessLevel
  readonly may: (action: ProjectAction) => Decision
}

export type GroupAccess = {
  readonly group: Group
  readonly level: AccessLevel
  readonly may: (action: GroupAction) => Decision
}

/** What a push wants to do to a ref. `force`: an update that does not contain what was there before. */
export type RefChange = {
  readonly kind: 'branch' | 'tag'
  readonly name: string
  readonly change: 'create' | 'update' | 'force' | 'delete'
}

export type Access = {
  /** Null: the credentials are wrong (401). No credentials: the anonymous actor. */
  readonly authenticate: (credentials: Credentials) => Promise<Actor | null>
  /** Who an actor that was remembered is by now; null: blocked since, or their token is over. */
  readonly renew: (actor: Actor) => Promise<Actor | null>
  /** By id or full path; null when there is none. Ask `may('read_project')` before showing anything of it. */
  readonly project: (actor: Actor, key: number | string) => Promise<ProjectAccess | null>
  readonly group: (actor: Actor, key: number | string) => Promise<GroupAccess | null>
  /** May this actor push to (create, change, delete) this ref? Protected refs are looked at here. */
  readonly mayPush: (actor: Actor, access: ProjectAccess, ref: RefChange) => Promise<Decision>
  /** Is the ref protected (trust class `protected`)? */
  readonly isProtected: (
    projectId: number,
    ref: { readonly kind: 'branch' | 'tag'; readonly name: string },
  ) => Promise<boolean>
}

/** The tokens of running jobs, which belong to the run slice. */
export type JobTokens = {
  /** By the SHA-256 (hex) of the token. A token that is over is null, or not `running`. */
  readonly find: (hash: string) => Promise<{
    readonly jobId: number
    readonly projectId: number
    /** Who started the job. */
    readonly userId: number
    readonly running: boolean
  } | null>
}
