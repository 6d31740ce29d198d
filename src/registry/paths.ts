// Which route a path means. Paths are read from the right, since a repository may itself be called `a/blobs/uploads`.
import { isRepositoryName } from './reference.ts'

export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'discover' }
  | { readonly kind: 'tags'; readonly name: string }
  | { readonly kind: 'manifest'; readonly name: string; readonly reference: string }
  | { readonly kind: 'referrers'; readonly name: string; readonly digest: string }
  | { readonly kind: 'blob'; readonly name: string; readonly digest: string }
  | { readonly kind: 'uploads'; readonly name: string }
  | { readonly kind: 'upload'; readonly name: string; readonly uploadId: string }
export type RouteKind = Route['kind']

/** A route, a bad repository name, or nothing that the registry knows. */
export type ParsedPath = Route | { readonly kind: 'invalid_name'; readonly name: string } | { readonly kind: 'unknown' }

/** The methods of each route, as the `Allow` header of a 405 tells them. */
export const routeMethods: Readonly<Record<RouteKind, readonly string[]>> = {
  base: ['GET', 'HEAD'],
  catalog: ['GET', 'HEAD'],
  discover: ['GET', 'HEAD'],
  tags: ['GET', 'HEAD'],
  manifest: ['GET', 'HEAD', 'PUT', 'DELETE'],
  referrers: ['GET', 'HEAD'],
  blob: ['GET', 'HEAD', 'DELETE'],
  uploads: ['POST'],
  upload: ['GET', 'HEAD', 'PATCH', 'PUT', 'DELETE'],
}

const prefix = '/v2/'
const maxPathLength = 2048

/** @param path of the URL, percent-encoded as it came, without the query */
export function parsePath(path: string): ParsedPath {
  if (path === '/v2' || path === prefix) return { kind: 'base' }
  if (!path.startsWith(prefix) || path.length > maxPathLength) return { kind: 'unknown' }
  const rest = decode(path.slice(prefix.length))
  if (rest === null) return { kind: 'unknown' }
  if (rest === '_catalog') return { kind: 'catalog' }
  if (rest === '_oci/ext/discover') return { kind: 'discover' }
  return named(rest.split('/'))
}

function named(segments: readonly string[]): ParsedPath {
  const last = segments.at(-1) ?? ''
  const before = segments.at(-2)
  const beforeThat = segments.at(-3)
  if (beforeThat === 'blobs' && before === 'uploads' && last === '')
    return ofName(segments, 3, name => ({ kind: 'uploads', name }))
  if (beforeThat === 'blobs' && before === 'uploads')
    return ofName(segments, 3, name => ({ kind: 'upload', name, uploadId: last }))
  if (before === 'blobs' && last === 'uploads') return ofName(segments, 2, name => ({ kind: 'uploads', name }))
  if (before === 'blobs') return ofName(segments, 2, name => ({ kind: 'blob', name, digest: last }))
  if (before === 'manifests') return ofName(segments, 2, name => ({ kind: 'manifest', name, reference: last }))
  if (before === 'referrers') return ofName(segments, 2, name => ({ kind: 'referrers', name, digest: last }))
  if (before === 'tags' && last === 'list') return ofName(segments, 2, name => ({ kind: 'tags', name }))
  return { kind: 'unknown' }
}

function ofName(segments: readonly string[], tail: number, route: (name: string) => Route): ParsedPath {
  const name = segments.slice(0, -tail).join('/')
  return isRepositoryName(name) ? route(name) : { kind: 'invalid_name', name }
}

function decode(text: string): string | null {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return null // not percent-encoded UTF-8: no route of ours
  }
}
