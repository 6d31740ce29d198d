// Answers the doors' questions: it loads the facts and asks the pure rules.
import { type AuthenticationDeps, createAuthentication } from './authentication.ts'
import type { AccessLevel, Actor, Project } from './model.ts'
import { mayOnGroup, mayOnProject, type ProjectFacts } from './policy.ts'
import type { Access, GroupAccess, ProjectAccess } from './ports.ts'
import { decideRefChange, rulesFor } from './ref-rules.ts'
import { createRenewal } from './renewal.ts'
import type { Settings } from './settings.ts'
import type {
  GroupStore,
  JobTokenSourceStore,
  MemberStore,
  Place,
  ProjectStore,
  ProtectedRefStore,
} from './store-ports.ts'

export type AccessDeps = AuthenticationDeps & {
  readonly groups: GroupStore
  readonly projects: ProjectStore
  readonly members: MemberStore
  readonly protectedRefs: ProtectedRefStore
  readonly jobTokenSources: JobTokenSourceStore
  readonly settings: Settings
}

export function createAccess(deps: AccessDeps): Access {
  return {
    authenticate: createAuthentication(deps),
    renew: createRenewal(deps),
    project: async (actor, key) => {
      const project = await (typeof key === 'number' ? deps.projects.byId(key) : deps.projects.byPath(key))
      return project === null ? null : projectAccess(deps, actor, project)
    },
    group: async (actor, key) => {
      const group = await (typeof key === 'number' ? deps.groups.byId(key) : deps.groups.byPath(key))
      if (group === null) return null
      const level = await levelIn(deps, actor, { kind: 'group', groupId: group.id })
      return { group, level, may: action => mayOnGroup(actor, { group, level }, action) } satisfies GroupAccess
    },
    mayPush: async (actor, access, ref) => {
      const decision = access.may('push_code')
      if (!decision.allowed) return decision
      const rules = rulesFor(await deps.protectedRefs.list(access.project.id, ref.kind), ref)
      return decideRefChange(ref, rules, { level: access.level, isAdmin: actor.kind === 'user' && actor.isAdmin })
    },
    isProtected: async (projectId, ref) => rulesFor(await deps.protectedRefs.list(projectId, ref.kind), ref).length > 0,
  }
}

async function projectAccess(deps: AccessDeps, actor: Actor, project: Project): Promise<ProjectAccess> {
  const facts: ProjectFacts = {
    project,
    level: await levelIn(deps, actor, { kind: 'project', projectId: project.id }),
    groupIds: actor.kind === 'deploy_token' && actor.groupId !== null ? await deps.projects.groupIds(project.id) : [],
    jobAllowed: actor.kind === 'job' && (await isJobAllowed(deps, actor.projectId, project.id)),
    registryOn: (await deps.settings.current()).registryEnabled,
  }
  return { project, level: facts.level, may: action => mayOnProject(actor, facts, action) }
}

async function levelIn(deps: AccessDeps, actor: Actor, place: Place): Promise<AccessLevel> {
  if (actor.kind !== 'user' && actor.kind !== 'job') return 0
  if (actor.kind === 'user' && actor.isAdmin) return 50
  const isOwnProject = actor.kind === 'job' && place.kind === 'project' && place.projectId === actor.projectId
  // An administrator may start pipelines anywhere; in the job's own project, its token can do what they could.
  if (isOwnProject && actor.startedByAdmin === true) return 50
  return deps.members.levelIn(actor.userId, place, deps.today())
}

async function isJobAllowed(deps: AccessDeps, sourceProjectId: number, projectId: number): Promise<boolean> {
  return sourceProjectId === projectId || deps.jobTokenSources.isAllowed(projectId, sourceProjectId)
}
