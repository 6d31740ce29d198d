// Access for tests of the registry: users, projects and rights in memory, judged by the real policy.
import {
  type AccessLevel,
  type Actor,
  anonymous,
  type Group,
  type Project,
  type Role,
  roles,
} from '../../../src/access/model.ts'
import { mayOnGroup, mayOnProject } from '../../../src/access/policy.ts'
import type { Access } from '../../../src/access/ports.ts'

export type FakeProject = { project: Project; members: Map<number, Role>; allowedJobProjects: Set<number> }

export type FakeAccess = Access & {
  readonly projects: Map<number, FakeProject>
  /** By `name:password`, and by token. */
  readonly actors: Map<string, Actor>
  /** Users who were blocked after they had signed in. */
  readonly blocked: Set<number>
  registryOn: boolean
}

export function createFakeAccess(): FakeAccess {
  const projects = new Map<number, FakeProject>()
  const actors = new Map<string, Actor>()
  const access: FakeAccess = {
    projects,
    actors,
    blocked: new Set(),
    registryOn: true,
    async authenticate(credentials) {
      if (credentials.kind === 'none') return anonymous
      if (credentials.kind === 'token') return actors.get(credentials.token) ?? null
      if (credentials.kind !== 'basic') return null
      return actors.get(`${credentials.username}:${credentials.password}`) ?? null
    },
    renew: async actor => (actor.kind === 'user' && access.blocked.has(actor.userId) ? null : actor),
    /** A member of any of its projects has the same role in the group. */
    async group(actor, key) {
      const inside = [...projects.values()].filter(({ project }) => project.fullPath.startsWith(`${key}/`))
      if (inside.length === 0 || typeof key === 'number') return null
      const levels = inside.map(({ members }) => members.get(actor.kind === 'user' ? actor.userId : 0))
      const level = Math.max(0, ...levels.map(role => (role === undefined ? 0 : roles[role]))) as AccessLevel
      const group = groupOf(key)
      return { group, level, may: action => mayOnGroup(actor, { group, level }, action) }
    },
    mayPush: async () => ({ allowed: false, hidden: true, reason: 'there is no git here' }),
    isProtected: async () => false,
    async project(actor, key) {
      const found = [...projects.values()].find(({ project }) =>
        typeof key === 'number' ? project.id === key : project.fullPath.toLowerCase() === key.toLowerCase(),
      )
      if (found === undefined) return null
      const { project, members, allowedJobProjects } = found
      const userId = actor.kind === 'user' || actor.kind === 'job' ? actor.userId : 0
      const role = members.get(userId)
      const level: AccessLevel = role === undefined ? 0 : roles[role]
      const jobAllowed =
        actor.kind === 'job' && (actor.projectId === project.id || allowedJobProjects.has(actor.projectId))
      const facts = { project, groupIds: [project.groupId], level, jobAllowed, registryOn: access.registryOn }
      return { project, level, may: action => mayOnProject(actor, facts, action) }
    },
  }
  return access
}

function groupOf(path: string): Group {
  const names = { name: path, path, fullPath: path, description: '' }
  return {
    id: 1,
    parentId: null,
    ...names,
    visibility: 'private',
    kind: 'group',
    createdAt: '2026-01-01T00:00:00.000Z',
  }
}

export function user(userId: number, username: string, options: { readonly isAdmin?: boolean } = {}): Actor {
  return { kind: 'user', userId, username, isAdmin: options.isAdmin ?? false, via: 'password', scopes: 'all' }
}
