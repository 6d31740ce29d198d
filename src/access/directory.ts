// People and projects for those who act without a request: schedules, triggers, recovery.
import type { Project, UserActor } from './model.ts'
import type { Access } from './ports.ts'
import type { ProjectStore, UserStore } from './store-ports.ts'

type Ref = { readonly kind: 'branch' | 'tag'; readonly name: string }

export type Person = {
  /** As a pipeline's `GITLAB_USER_*` variables tell it. */
  readonly facts: { readonly id: string; readonly login: string; readonly name: string; readonly email: string }
  readonly actor: UserActor
}

export type Directory = {
  readonly project: (key: number | string) => Promise<{
    readonly project: Project
    readonly namespaceId: number
    /** Its group first, the root last. */
    readonly groupIds: readonly number[]
  } | null>
  readonly projectIds: () => Promise<readonly number[]>
  /** Null: unknown or blocked. */
  readonly user: (userId: number) => Promise<Person | null>
  readonly isProtected: (projectId: number, ref: Ref) => Promise<boolean>
  /** Their role in the project as a number; 60 for an administrator, 0 for a stranger. */
  readonly levelOf: (userId: number, projectId: number) => Promise<number>
  /** May this person start pipelines on this ref? On a protected ref that asks for the right to push to it. */
  readonly mayRun: (userId: number, projectId: number, ref: Ref) => Promise<boolean>
}

export function createDirectory(deps: {
  readonly access: Access
  readonly projects: ProjectStore
  readonly users: UserStore
}): Directory {
  async function user(userId: number): Promise<Person | null> {
    const found = await deps.users.byId(userId)
    if (found === null || found.state !== 'active') return null
    const { id, username, name, email, isAdmin } = found
    return {
      facts: { id: String(id), login: username, name, email },
      actor: { kind: 'user', userId: id, username, isAdmin, via: 'session', scopes: 'all' },
    }
  }

  return {
    user,
    project: async key => {
      const project = await (typeof key === 'number' ? deps.projects.byId(key) : deps.projects.byPath(key))
      if (project === null) return null
      return { project, namespaceId: project.groupId, groupIds: await deps.projects.groupIds(project.id) }
    },
    projectIds: deps.projects.ids,
    isProtected: deps.access.isProtected,
    levelOf: async (userId, projectId) => {
      const person = await user(userId)
      if (person === null) return 0
      return person.actor.isAdmin ? 60 : ((await deps.access.project(person.actor, projectId))?.level ?? 0)
    },
    mayRun: async (userId, projectId, ref) => {
      const person = await user(userId)
      const access = person === null ? null : await deps.access.project(person.actor, projectId)
      if (person === null || access === null || !access.may('create_pipeline').allowed) return false
      if (!(await deps.access.isProtected(projectId, ref))) return true
      const change = ref.kind === 'tag' ? 'create' : 'update'
      return (await deps.access.mayPush(person.actor, access, { ...ref, change })).allowed
    },
  }
}
