import type { ClauseTrace } from '../model.ts'
import { textAt, textsAt, textsOf } from '../plan/read.ts'
import type { SourceFiles } from '../ports.ts'
import { type Place, valueAt, type YamlNode } from '../yaml/node.ts'
import { positionOf } from '../yaml/position.ts'
import { holds, variablesIn } from './evaluate.ts'
import { type Expression, parseExpression } from './expression.ts'
import { type Found, findPath, isGlob } from './path-search.ts'

// The single conditions of `rules`, `only` and `except`. Each leaves a trace of what it looked at.

/** What a condition may look at. */
export interface Surroundings {
  readonly projectPath: string
  readonly sha: string
  readonly changedPaths: readonly string[] | null
  readonly files: SourceFiles
  /** The value of a variable as written; null: not set. */
  readVariable(name: string): string | null
  /** The value as an explanation may show it. */
  showVariable(name: string): string | null
  /** Variables in globs and refs; unknown ones stay text. */
  expand(text: string): string
}

export type Clause = Omit<ClauseTrace, 'rule' | 'clause'>

/** A condition that cannot be decided: the pipeline is not created, with this text. */
export class ConditionError extends Error {
  readonly place: Place
  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}

const maxComparisons = 50_000

export function expressionClause(node: YamlNode, surroundings: Surroundings): Clause {
  const text = node.kind === 'scalar' ? node.text : ''
  const expression = expressionOf(node)
  const names = expression ? [...new Set(variablesIn(expression))] : []
  return {
    text,
    matched: expression !== null && holds(expression, surroundings.readVariable),
    values: Object.fromEntries(names.map(name => [name, surroundings.showVariable(name)])),
    note: null,
    line: positionOf(node.place).line,
  }
}

/** The expression of a node, parsed once however many jobs share it; null when it is none. */
export function expressionOf(node: YamlNode): Expression | null {
  const known = parsed.get(node)
  if (known !== undefined) return known
  const expression = node.kind === 'scalar' && node.type === 'string' ? parseExpression(node.text) : null
  parsed.set(node, expression)
  return expression
}

const parsed = new WeakMap<YamlNode, Expression | null>()

export async function changesClause(node: YamlNode, surroundings: Surroundings): Promise<Clause> {
  const compareTo = node.kind === 'mapping' ? textAt(node, 'compare_to') : null
  const patterns = (node.kind === 'mapping' ? (textsAt(node, 'paths') ?? []) : textsOf(node)).map(surroundings.expand)
  const changed =
    compareTo === null ? surroundings.changedPaths : await changedSince(compareTo, node.place, surroundings)
  return { ...clauseOf(node, patterns), ...decideChanges(patterns, changed, surroundings.files) }
}

export async function existsClause(node: YamlNode, surroundings: Surroundings): Promise<Clause> {
  const patterns = (node.kind === 'mapping' ? (textsAt(node, 'paths') ?? []) : textsOf(node)).map(surroundings.expand)
  const paths = await existingPaths(node, surroundings)
  const isTooMuch = patterns.filter(isGlob).length * paths.length > maxComparisons
  return {
    ...clauseOf(node, patterns),
    ...(isTooMuch ? tooManyFiles : decideExists(patterns, paths, surroundings.files)),
  }
}

function decideExists(
  patterns: readonly string[],
  paths: readonly string[],
  files: SourceFiles,
): Pick<Clause, 'matched' | 'note'> {
  for (const pattern of patterns) {
    const found = pattern.endsWith('/') ? folderIn(pattern, paths) : findPath(pattern, paths, files)
    if (found === 'too-much') return tooManyFiles
    if (found !== 'none') return { matched: true, note: `found: ${pattern}` }
  }
  return { matched: false, note: 'no such file' }
}

const tooManyFiles = { matched: true, note: 'too many files to compare' }

function clauseOf(node: YamlNode, patterns: readonly string[]): Omit<Clause, 'matched' | 'note'> {
  return { text: patterns.join(', '), values: {}, line: positionOf(node.place).line }
}

function decideChanges(
  patterns: readonly string[],
  changed: readonly string[] | null,
  files: SourceFiles,
): Pick<Clause, 'matched' | 'note'> {
  if (changed === null) return { matched: true, note: 'no diff is known' }
  if (patterns.length * changed.length > maxComparisons) return tooManyChanges
  for (const pattern of patterns) {
    const found = findPath(pattern, changed, files)
    if (found === 'too-much') return tooManyChanges
    if (found !== 'none') return { matched: true, note: `changed: ${found.path}` }
  }
  return { matched: false, note: changed.length === 0 ? 'nothing changed' : 'none of these changed' }
}

const tooManyChanges = { matched: true, note: 'too many changes to compare' }

/** null: not known. */
async function changedSince(
  ref: string,
  place: Place,
  { files, expand }: Surroundings,
): Promise<readonly string[] | null> {
  const changed = await files.changedSince(expand(ref))
  if (changed === null) throw new ConditionError('rules:changes:compare_to is not a valid ref', place)
  return changed === 'unknown' ? null : changed
}

async function existingPaths(
  node: YamlNode,
  { files, expand, projectPath, sha }: Surroundings,
): Promise<readonly string[]> {
  const otherProject = textAt(node, 'project')
  if (otherProject === null) return (await files.listFiles({ project: projectPath, sha })) ?? []
  const project = expand(otherProject)
  const ref = textAt(node, 'ref')
  const otherSha = await files.resolveRef({ project, ref: ref === null ? null : expand(ref) })
  if (otherSha === null)
    throw new ConditionError(`rules:exists:project ${project} is not a valid project or ref`, node.place)
  return (await files.listFiles({ project, sha: otherSha })) ?? []
}

function folderIn(folder: string, paths: readonly string[]): Found {
  const path = paths.find(each => each.startsWith(folder))
  return path === undefined ? 'none' : { path }
}

export function conditionKeysOf(rule: YamlNode): readonly ('if' | 'changes' | 'exists')[] {
  return (['if', 'changes', 'exists'] as const).filter(key => valueAt(rule, key) !== undefined)
}
