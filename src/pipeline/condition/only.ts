import type { PipelineContext } from '../context.ts'
import type { ClauseTrace } from '../model.ts'
import { flatItemsOf, textsOf } from '../plan/read.ts'
import { valueAt, type YamlNode } from '../yaml/node.ts'
import { positionOf } from '../yaml/position.ts'
import { changesClause, expressionClause, type Surroundings } from './clause.ts'
import { matchesRef } from './ref-pattern.ts'
import { describeClause } from './rules.ts'

/** Outcome of `only` and `except`: every key of `only` must hold, and no key of `except`. */
export interface OnlyDecision {
  readonly included: boolean
  readonly decidedBy: 'only' | 'except' | 'nothing'
  readonly reason: string
  readonly clauses: readonly ClauseTrace[]
}

const branchesAndTags = ['branches', 'tags'] as const

export interface OnlyCase {
  readonly job: YamlNode
  readonly context: PipelineContext
  readonly surroundings: Surroundings
  /** Whether a job without `only:refs` is for branches and tags. */
  readonly hasDefault: boolean
}

export async function decideOnly(given: OnlyCase): Promise<OnlyDecision> {
  const only = await onlyClauses(given)
  const failed = only.find(clause => !clause.matched)
  if (failed) return { included: false, decidedBy: 'only', reason: sentenceFor(failed, given.context), clauses: only }
  const except = await clausesOf('except', valueAt(given.job, 'except'), given)
  const hit = except.find(clause => clause.matched)
  const clauses = [...only, ...except]
  if (hit) return { included: false, decidedBy: 'except', reason: sentenceFor(hit, given.context), clauses }
  const shown = valueAt(given.job, 'only') ? only[0] : undefined
  const decidedBy = shown ? 'only' : except.length > 0 ? 'except' : 'nothing'
  return {
    included: true,
    decidedBy,
    reason: shown ? sentenceFor(shown, given.context) : 'no condition keeps it out',
    clauses,
  }
}

async function onlyClauses(given: OnlyCase): Promise<readonly ClauseTrace[]> {
  const node = valueAt(given.job, 'only')
  const hasRefs = node?.kind === 'sequence' || valueAt(node, 'refs') !== undefined
  const written = await clausesOf('only', node, given)
  if (hasRefs || !given.hasDefault) return written
  return [refsClause('only', branchesAndTags, given.job, given.context), ...written]
}

async function clausesOf(
  policy: 'only' | 'except',
  node: YamlNode | undefined,
  { context, surroundings }: OnlyCase,
): Promise<readonly ClauseTrace[]> {
  if (!node) return []
  const refs = node.kind === 'sequence' ? node : valueAt(node, 'refs')
  const variables = valueAt(node, 'variables')
  const changes = valueAt(node, 'changes')
  const kubernetes = valueAt(node, 'kubernetes')
  return [
    ...(refs ? [refsClause(policy, textsOf(refs), refs, context)] : []),
    ...(variables ? [variablesClause(policy, variables, surroundings)] : []),
    ...(changes ? [{ rule: null, clause: `${policy}:changes`, ...(await changesClause(changes, surroundings)) }] : []),
    ...(kubernetes ? [kubernetesClause(policy, kubernetes)] : []),
  ]
}

function refsClause(
  policy: string,
  patterns: readonly string[],
  node: YamlNode,
  context: PipelineContext,
): ClauseTrace {
  return {
    rule: null,
    clause: policy,
    text: patterns.join(', '),
    matched: patterns.some(pattern => matchesRef(pattern, context)),
    values: {},
    note: null,
    line: positionOf(node.place).line,
  }
}

function variablesClause(policy: string, node: YamlNode, surroundings: Surroundings): ClauseTrace {
  const looked = flatItemsOf(node).map(item => expressionClause(item, surroundings))
  return {
    rule: null,
    clause: `${policy}:variables`,
    text: looked.map(clause => clause.text).join(' or '),
    matched: looked.some(clause => clause.matched),
    values: Object.assign({}, ...looked.map(clause => clause.values)),
    note: null,
    line: positionOf(node.place).line,
  }
}

/** Slipway has no clusters. */
function kubernetesClause(policy: string, node: YamlNode): ClauseTrace {
  const line = positionOf(node.place).line
  return {
    rule: null,
    clause: `${policy}:kubernetes`,
    text: 'active',
    matched: false,
    values: {},
    note: 'no cluster',
    line,
  }
}

function sentenceFor(clause: ClauseTrace, context: PipelineContext): string {
  if (clause.clause !== 'only' && clause.clause !== 'except') return describeClause(clause)
  return `${clause.clause}: ${clause.text} (${eventOf(context)})`
}

function eventOf(context: PipelineContext): string {
  const ref = `ref is ${context.ref}${context.isTag ? ', a tag' : ''}`
  return context.source === 'push' ? ref : `${ref}, source is ${context.source}`
}
