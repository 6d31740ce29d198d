// Projects: their names and visibility, their default branch, and what has to happen elsewhere when one comes or goes.
import { invalid } from './errors.ts'
import { fitsInside } from './groups.ts'
import { type Group, roles, type Visibility } from './model.ts'
import { nameProblem, pathProblem } from './names.ts'
import type {
  GroupStore,
  MemberStore,
  NewProject,
  ProjectChange,
  ProjectDetails,
  ProjectStore,
  ProtectedRefStore,
} from './store-ports.ts'

export type ProjectHooks = {
  /** Makes what belongs to a project outside of SQL. Idempotent. */
  readonly onCreated: (project: ProjectDetails) => Promise<void>
  /** Before the rows go: what runs for it is stopped. Idempotent. */
  readonly onDeleting: (projectId: number) => Promise<void>
  /** Takes it away again, after the rows are gone. Idempotent. */
  readonly onDeleted: (projectId: number) => Promise<void>
}

export type Projects = {
  readonly create: (input: NewProject, creatorId: number) => Promise<ProjectDetails>
  readonly change: (project: ProjectDetails, change: ProjectChange) => Promise<ProjectDetails | null>
  readonly move: (project: ProjectDetails, target: Group) => Promise<ProjectDetails | null>
  readonly remove: (projectId: number) => Promise<void>
  /** The first branch of a repository becomes its default branch, and the protection moves along. */
  readonly adoptDefaultBranch: (projectId: number, branch: string) => Promise<void>
}

export type ProjectsDeps = {
  readonly store: ProjectStore
  readonly groups: GroupStore
  readonly members: MemberStore
  readonly protectedRefs: ProtectedRefStore
  readonly hooks: ProjectHooks
  readonly now: () => Date
}

export function createProjects(deps: ProjectsDeps): Projects {
  return {
    create: async (input, creatorId) => {
      checkNames(input)
      await checkGroup(deps.groups, input.groupId, input.visibility)
      const at = deps.now().toISOString()
      const project = await deps.store.create(input, creatorId, at)
      await letCreatorMaintain(deps, project, creatorId, at)
      await deps.hooks.onCreated(project)
      return project
    },
    change: async (project, change) => {
      checkNames(change)
      if (change.visibility !== undefined) await checkGroup(deps.groups, project.groupId, change.visibility)
      return deps.store.update(project.id, change)
    },
    move: async (project, target) => {
      if (!fitsInside(project.visibility, target.visibility)) throw tooVisible(project.visibility, target)
      return deps.store.move(project.id, target.id)
    },
    remove: async projectId => {
      await deps.hooks.onDeleting(projectId)
      await deps.store.delete(projectId)
      await deps.hooks.onDeleted(projectId)
    },
    adoptDefaultBranch: async (projectId, branch) => {
      const project = await deps.store.byId(projectId)
      if (project === null || project.defaultBranch === branch) return
      const rules = await deps.protectedRefs.list(projectId, 'branch')
      const own = rules.find(rule => rule.pattern === project.defaultBranch)
      const isProtected = rules.some(rule => rule.pattern === branch)
      if (own !== undefined && !isProtected) {
        await deps.protectedRefs.create(projectId, { ...own, pattern: branch }, deps.now().toISOString())
        await deps.protectedRefs.delete(projectId, 'branch', own.pattern)
      }
      await deps.store.update(projectId, { defaultBranch: branch })
    },
  }
}

function checkNames(input: { readonly name?: string; readonly path?: string; readonly description?: string }): void {
  const name = input.name === undefined ? null : nameProblem(input.name)
  if (name !== null) throw invalid('name', name)
  const path = input.path === undefined ? null : pathProblem(input.path, false)
  if (path !== null) throw invalid('path', path)
  if ((input.description?.length ?? 0) > 2000) throw invalid('description', 'is too long (maximum is 2000 characters)')
}

/** Developers of a group may make projects in it: what they have made, they can also set up. */
async function letCreatorMaintain(
  deps: ProjectsDeps,
  project: ProjectDetails,
  userId: number,
  at: string,
): Promise<void> {
  const level = await deps.members.levelIn(userId, { kind: 'group', groupId: project.groupId }, at.slice(0, 10))
  if (level === 0 || level >= roles.maintainer) return
  const member = { userId, level: roles.maintainer, expiresAt: null, createdBy: userId }
  await deps.members.put({ kind: 'project', projectId: project.id }, member, at)
}

async function checkGroup(groups: GroupStore, groupId: number, visibility: Visibility): Promise<void> {
  const group = await groups.byId(groupId)
  if (group === null) throw invalid('namespace_id', 'is not valid')
  if (!fitsInside(visibility, group.visibility)) throw tooVisible(visibility, group)
}

function tooVisible(visibility: Visibility, group: Group) {
  return invalid('visibility_level', `${visibility} is not allowed in a ${group.visibility} group.`)
}
