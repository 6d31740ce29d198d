// Groups, nested: their names, and that nothing is more visible than what it stands in.
import { accessError, invalid } from './errors.ts'
import { type Group, type Visibility, visibilities } from './model.ts'
import { nameProblem, pathProblem } from './names.ts'
import type { GroupStore, NewGroup, ProjectStore } from './store-ports.ts'

const deepest = 20

export type Groups = {
  readonly create: (input: NewGroup, creatorId: number) => Promise<Group>
  readonly change: (
    group: Group,
    change: Partial<Pick<Group, 'name' | 'path' | 'description' | 'visibility'>>,
  ) => Promise<Group | null>
  /** With all groups and projects in it. Fails with `access.conflict` when something new came into it meanwhile. */
  readonly remove: (group: Group) => Promise<void>
}

export function createGroups(deps: {
  readonly store: GroupStore
  readonly projects: ProjectStore
  readonly removeProject: (projectId: number) => Promise<void>
  readonly now: () => Date
}): Groups {
  return {
    create: async (input, creatorId) => {
      checkNames(input, input.parentId === null)
      if (input.parentId !== null) await checkParent(deps.store, input.parentId, input.visibility)
      return deps.store.create(input, creatorId, deps.now().toISOString())
    },
    change: async (group, change) => {
      checkNames(change, group.parentId === null)
      if (change.visibility !== undefined) {
        if (group.parentId !== null) await checkParent(deps.store, group.parentId, change.visibility)
        await checkContents(deps, group.id, change.visibility)
      }
      return deps.store.update(group.id, change)
    },
    remove: async group => {
      await removeProjects(deps, group.id)
      for (const inner of await groupsBelow(deps.store, group.id)) await deps.store.delete(inner.id)
      if (await deps.store.delete(group.id)) return
      throw accessError('access.conflict', `${group.fullPath} was given a group or project meanwhile: try again`)
    },
  }
}

/** Is `inner` at most as visible as `outer`? */
export function fitsInside(inner: Visibility, outer: Visibility): boolean {
  return visibilities.indexOf(inner) <= visibilities.indexOf(outer)
}

function checkNames(input: { readonly name?: string; readonly path?: string }, isTopLevel: boolean): void {
  const name = input.name === undefined ? null : nameProblem(input.name)
  if (name !== null) throw invalid('name', name)
  const path = input.path === undefined ? null : pathProblem(input.path, isTopLevel)
  if (path !== null) throw invalid('path', path)
}

async function checkParent(store: GroupStore, parentId: number, visibility: Visibility): Promise<void> {
  const [parent, ...above] = await store.lineage(parentId)
  if (parent === undefined) throw accessError('access.not_found', '404 Group Not Found')
  if (parent.kind === 'user') throw invalid('parent_id', 'must be a group, not a personal namespace')
  if (above.length + 2 > deepest) throw invalid('parent_id', `is nested too deep (maximum is ${deepest} groups)`)
  if (fitsInside(visibility, parent.visibility)) return
  throw invalid(
    'visibility_level',
    `${visibility} is not allowed since the parent group has a ${parent.visibility} visibility`,
  )
}

async function checkContents(
  deps: { readonly store: GroupStore; readonly projects: ProjectStore },
  groupId: number,
  visibility: Visibility,
): Promise<void> {
  const page = { limit: 1, offset: 0 }
  for (const wider of visibilities.filter(each => !fitsInside(each, visibility))) {
    const filter = { viewer: 'all', visibility: wider } as const
    const groups = await deps.store.list({ ...filter, ancestorId: groupId }, page, { by: 'id', ascending: true })
    const projects = await deps.projects.list({ ...filter, groupId, includeSubgroups: true }, page, {
      by: 'id',
      ascending: true,
    })
    const found = groups.items[0]?.fullPath ?? projects.items[0]?.fullPath
    if (found !== undefined)
      throw invalid('visibility_level', `${visibility} is not allowed since ${found} is ${wider}`)
  }
}

const page = { limit: 100, offset: 0 }
const byId = { by: 'id', ascending: true } as const

async function removeProjects(
  deps: { readonly projects: ProjectStore; readonly removeProject: (projectId: number) => Promise<void> },
  groupId: number,
): Promise<void> {
  const inIt = { viewer: 'all', groupId, includeSubgroups: true } as const
  for (;;) {
    const { items } = await deps.projects.list(inIt, page, byId)
    if (items.length === 0) return
    for (const { id } of items) await deps.removeProject(id)
  }
}

/** The deepest first. */
async function groupsBelow(store: GroupStore, ancestorId: number): Promise<readonly Group[]> {
  const found: Group[] = []
  for (;;) {
    const { items } = await store.list({ viewer: 'all', ancestorId }, { ...page, offset: found.length }, byId)
    found.push(...items)
    if (items.length < page.limit) break
  }
  const depth = ({ fullPath }: Group): number => fullPath.split('/').length
  return found.toSorted((one, other) => depth(other) - depth(one))
}
