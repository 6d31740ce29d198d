import { createGlob } from './glob.ts'

// Which path of a list a pattern matches. Many rules ask the same list, of one repository or one diff: what was asked
// before is known, and all questions together have a bound, whatever a file asks.

/** The first match, `none`, or `too-much`: the list's bound is used up. */
export type Found = { readonly path: string } | 'none' | 'too-much'

/** @param compile what is one and the same for all questions of one compile */
export function findPath(pattern: string, paths: readonly string[], compile: object): Found {
  const search = searchOf(paths, compile)
  const before = search.answers.get(pattern)
  if (before !== undefined) return before
  const found = isGlob(pattern) ? firstMatch(pattern, paths, search) : namedPath(pattern, paths, search)
  if (found !== 'too-much') search.answers.set(pattern, found)
  return found
}

export function isGlob(pattern: string): boolean {
  return /[*?[{\\]/.test(pattern)
}

type Search = { readonly answers: Map<string, Found>; names: ReadonlySet<string> | null; workLeft: number }

const searches = new WeakMap<object, Map<readonly string[], Search>>()

function searchOf(paths: readonly string[], compile: object): Search {
  const ofCompile = searches.get(compile) ?? new Map<readonly string[], Search>()
  searches.set(compile, ofCompile)
  const search = ofCompile.get(paths) ?? { answers: new Map<string, Found>(), names: null, workLeft: maxWork }
  ofCompile.set(paths, search)
  return search
}

/** About half a second: one is looking for a piece of text in a path, matching a path takes `matchWork` or more. */
const maxWork = 8_000_000
const matchWork = 20
const charactersPerWork = 16

function namedPath(pattern: string, paths: readonly string[], search: Search): Found {
  search.names ??= new Set(paths)
  return search.names.has(pattern) ? { path: pattern } : 'none'
}

function firstMatch(pattern: string, paths: readonly string[], search: Search): Found {
  const literal = literalOf(pattern)
  search.workLeft -= paths.length
  const candidates = search.workLeft < 0 ? [] : paths.filter(path => path.includes(literal))
  const glob = createGlob(pattern)
  search.workLeft -= (pattern.length * glob.alternatives) / charactersPerWork
  for (const path of candidates) {
    search.workLeft -= glob.alternatives * (matchWork + (pattern.length * path.length) / charactersPerWork)
    if (search.workLeft < 0) return 'too-much'
    if (glob.matches(path)) return { path }
  }
  return search.workLeft < 0 ? 'too-much' : 'none'
}

/** The longest piece of text that every match has in it. */
function literalOf(pattern: string): string {
  if (/[[{\\]/.test(pattern)) return ''
  const pieces = pattern.split(/\*\*\/|[*?]+/)
  return pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')
}
