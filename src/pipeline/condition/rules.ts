import type { ClauseTrace } from '../model.ts'
import { flatItemsOf, textAt } from '../plan/read.ts'
import { type MappingNode, valueAt, type YamlNode } from '../yaml/node.ts'
import {
  type Clause,
  changesClause,
  conditionKeysOf,
  existsClause,
  expressionClause,
  type Surroundings,
} from './clause.ts'

/** The outcome of a list of rules: the first one whose every clause holds. */
export interface RulesDecision {
  readonly rule: MappingNode | null
  /** 1-based; null when no rule matched. */
  readonly number: number | null
  readonly reason: string
  readonly clauses: readonly ClauseTrace[]
}

export async function decideRules(rules: YamlNode, surroundings: Surroundings): Promise<RulesDecision> {
  const clauses: ClauseTrace[] = []
  let number = 0
  for (const rule of flatItemsOf(rules)) {
    number++
    if (rule.kind !== 'mapping') continue
    const looked = await lookAt(rule, number, surroundings)
    clauses.push(...looked)
    if (looked.every(clause => clause.matched))
      return { rule, number, reason: reasonFor(rule, number, looked), clauses }
  }
  return { rule: null, number: null, reason: reasonForNone(clauses), clauses }
}

export function whenOf(rule: MappingNode): string | null {
  return textAt(rule, 'when')
}

/** The clauses of a rule up to the first that does not hold. */
async function lookAt(rule: MappingNode, number: number, surroundings: Surroundings): Promise<readonly ClauseTrace[]> {
  const looked: ClauseTrace[] = []
  for (const key of conditionKeysOf(rule)) {
    const node = valueAt(rule, key)
    if (!node) continue
    const clause = await decideClause(key, node, surroundings)
    looked.push({ rule: number, clause: key, ...clause })
    if (!clause.matched) break
  }
  return looked
}

async function decideClause(
  key: 'if' | 'changes' | 'exists',
  node: YamlNode,
  surroundings: Surroundings,
): Promise<Clause> {
  switch (key) {
    case 'if':
      return expressionClause(node, surroundings)
    case 'changes':
      return changesClause(node, surroundings)
    case 'exists':
      return existsClause(node, surroundings)
  }
}

function reasonFor(rule: MappingNode, number: number, clauses: readonly ClauseTrace[]): string {
  const when = whenOf(rule)
  const conditions = clauses.map(describeClause).join(' and ') || 'always'
  return `rule ${number}: ${conditions}${when === null ? '' : ` → ${when}`}`
}

function reasonForNone(clauses: readonly ClauseTrace[]): string {
  const failed = clauses.filter(clause => !clause.matched)
  if (failed.length === 0) return 'rules: none given'
  return `rules: none matched (${failed.map(clause => `rule ${clause.rule}: ${describeClause(clause)}`).join('; ')})`
}

/** `$A == "x" (A is "y", B is not set)`. */
export function describeClause(clause: ClauseTrace): string {
  const values = Object.entries(clause.values).map(([name, value]) =>
    value === null ? `${name} is not set` : `${name} is ${JSON.stringify(value)}`,
  )
  const facts = [...values, ...(clause.note === null ? [] : [clause.note])].join(', ')
  const text = clause.clause === 'if' ? clause.text : `${clause.clause}: ${clause.text}`
  return facts === '' ? text : `${text} (${facts})`
}
