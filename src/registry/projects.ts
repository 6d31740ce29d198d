// From a repository's name to its project: the project whose path, in lower case, is the longest beginning of the name.
import type { Actor } from '../access/model.ts'
import type { ProjectAccess } from '../access/ports.ts'
import { createExpiringCache } from '../kit/expiring-cache.ts'
import type { RepositoryPlace } from './ports.ts'

export type FoundProject = { readonly access: ProjectAccess; readonly place: RepositoryPlace }

export type ProjectFinder = {
  /** At most a second old, rights included. Null: there is no such project. */
  readonly find: (actor: Actor, repositoryName: string) => Promise<FoundProject | null>
  readonly byId: (actor: Actor, projectId: number) => Promise<ProjectAccess | null>
}

/** What of access the registry asks; paths are compared without regard to case. */
export type ProjectLookup = (actor: Actor, key: number | string) => Promise<ProjectAccess | null>

const cacheMs = 1000

export function createProjectFinder(lookup: ProjectLookup, clock: () => number): ProjectFinder {
  const cache = createExpiringCache<FoundProject | null>({ lifetimeMs: cacheMs, maxEntries: 10_000, clock })
  return {
    find: (actor, name) => cache.get(`${JSON.stringify(actor)} ${name}`, () => findLongest(lookup, actor, name)),
    byId: (actor, projectId) => lookup(actor, projectId),
  }
}

/** A project's path has at least a group and a name. No project can stand below another, so the first hit is the one. */
async function findLongest(lookup: ProjectLookup, actor: Actor, name: string): Promise<FoundProject | null> {
  const segments = name.split('/')
  for (let length = 2; length <= segments.length; length++) {
    const path = segments.slice(0, length).join('/')
    const access = await lookup(actor, path)
    if (access !== null)
      return { access, place: { projectId: access.project.id, suffix: segments.slice(length).join('/') } }
  }
  return null
}

/** A repository's name as docker has it. */
export function nameBelow(projectPath: string, suffix: string): string {
  const path = projectPath.toLowerCase()
  return suffix === '' ? path : `${path}/${suffix}`
}
