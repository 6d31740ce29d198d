import type { PipelineContext, Variable, VariableLevels } from '../context.ts'

// Which of the variables of instance, groups and project a job gets: protected ones on protected refs, scoped ones in
// their environment.

/** One level with at most one variable a key: the most specific scope wins, then the later one. */
export function applicableVariables(
  level: readonly Variable[],
  context: Pick<PipelineContext, 'isRefProtected'>,
  environment: string | null,
): readonly Variable[] {
  const chosen = new Map<string, Variable>()
  for (const variable of level) {
    if (variable.protected && !context.isRefProtected) continue
    if (!matchesScope(scopeOf(variable), environment)) continue
    const before = chosen.get(variable.key)
    if (!before || specificityOf(variable) >= specificityOf(before)) chosen.set(variable.key, variable)
  }
  return [...chosen.values()]
}

/** Whether any level tells environments apart. */
export function hasScopedVariables(levels: VariableLevels): boolean {
  return [levels.instance, levels.groups, levels.project].some(level => level.some(each => scopeOf(each) !== '*'))
}

function scopeOf(variable: Variable): string {
  return variable.environmentScope ?? '*'
}

function specificityOf(variable: Variable): number {
  return scopeOf(variable).replaceAll('*', '').length + (scopeOf(variable).includes('*') ? 0 : 0.5)
}

function matchesScope(scope: string, environment: string | null): boolean {
  if (scope === '*') return true
  if (environment === null) return false
  const pieces = scope.split('*')
  const [head = '', ...rest] = pieces
  if (!environment.startsWith(head)) return false
  if (rest.length === 0) return environment === scope
  const tail = rest.pop() ?? ''
  let at = head.length
  for (const piece of rest) {
    const found = environment.indexOf(piece, at)
    if (found === -1) return false
    at = found + piece.length
  }
  return environment.length - tail.length >= at && environment.endsWith(tail)
}
