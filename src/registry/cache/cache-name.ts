// Names of cached images: `dependency_proxy/<upstream>/<name there>`. Pure.
import type { RepositoryPlace } from '../ports.ts'
import type { CachedImage } from './pull-through.ts'

const prefix = 'dependency_proxy/'

/** Null: not the name of a cached image. */
export function parseCacheName(name: string): CachedImage | null {
  if (!name.startsWith(prefix)) return null
  const rest = name.slice(prefix.length)
  const slash = rest.indexOf('/')
  return slash === -1 ? null : { upstream: rest.slice(0, slash), image: rest.slice(slash + 1) }
}

/** Blobs of cached images are held by repositories of no project. */
export const noProjectId = 0

export function placeOfCached({ upstream, image }: CachedImage): RepositoryPlace {
  return { projectId: noProjectId, suffix: `${upstream}/${image}` }
}
