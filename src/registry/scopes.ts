// The scopes of the token protocol: `repository:group/project:pull,push`, `registry:catalog:*`.
import { isRepositoryName } from './reference.ts'

/** What may be done with a repository; `*` of the wire is all three. */
export const repositoryActions = ['pull', 'push', 'delete'] as const
export type RepositoryAction = (typeof repositoryActions)[number]

export type Scope =
  | { readonly type: 'repository'; readonly name: string; readonly actions: readonly RepositoryAction[] }
  | { readonly type: 'registry'; readonly name: 'catalog'; readonly actions: readonly ['*'] }

const maxScopes = 100
const maxTextLength = 16_384

/** Reads scope parameters, each of which may hold several with spaces between. What is not understood grants nothing. */
export function parseScopes(parameters: readonly string[]): readonly Scope[] {
  const words = parameters.filter(text => text.length <= maxTextLength).flatMap(text => text.split(' '))
  return words
    .slice(0, maxScopes)
    .map(parseScope)
    .filter(scope => scope !== null)
}

/** A name may hold a colon (`host:port/name`), so the type ends at the first one and the actions begin after the last. */
function parseScope(text: string): Scope | null {
  const first = text.indexOf(':')
  const last = text.lastIndexOf(':')
  if (first === -1 || first === last) return null
  const type = text.slice(0, first).replace(/\([^)]*\)$/, '')
  const name = text.slice(first + 1, last)
  const words = text.slice(last + 1).split(',')
  if (type === 'registry' && name === 'catalog' && words.includes('*')) return { type, name, actions: ['*'] }
  if (type !== 'repository' || !isRepositoryName(name)) return null
  return { type, name, actions: repositoryActions.filter(action => words.includes(action) || words.includes('*')) }
}

export function formatScope(scope: Scope): string {
  return `${scope.type}:${scope.name}:${scope.actions.join(',')}`
}

/** Does one of the granted scopes hold this action on this repository? */
export function grants(granted: readonly Scope[], name: string, action: RepositoryAction): boolean {
  return granted.some(scope => scope.type === 'repository' && scope.name === name && scope.actions.includes(action))
}

export function grantsCatalog(granted: readonly Scope[]): boolean {
  return granted.some(scope => scope.type === 'registry')
}
