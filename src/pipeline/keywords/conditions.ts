import { expressionOf } from '../condition/clause.ts'
import { isValidRefPattern } from '../condition/ref-pattern.ts'
import { whens } from '../plan/job.ts'
import { flatItemsOf } from '../plan/read.ts'
import { isBlank, isNull, type MappingNode, valueAt, type YamlNode } from '../yaml/node.ts'
import { isText, texts } from './lists.ts'
import { needs } from './needs.ts'
import { startIn } from './scalars.ts'
import { any, attribute, byKind, entry, type Fields, mapWith, type Shape, text, truth } from './shape.ts'
import { asEntry, complain, complainBare, entryBelow, type Spot } from './spot.ts'
import { ruleVariables } from './variables.ts'
import { autoCancel } from './workflow-cancel.ts'

// `rules` (of jobs, of the workflow, of includes), `only` and `except`.

const maxPatterns = 50
const maxNesting = 10

const expression: Shape = {
  schema: { type: 'string' },
  check: (node, spot) => {
    if (!expressionOf(node)) complain(spot, node, 'invalid expression syntax')
  },
}

const patterns: Shape = {
  schema: { type: 'array', items: { type: 'string' }, maxItems: maxPatterns },
  check: (node, spot) => {
    texts().check(node, spot)
    if (node.kind === 'sequence' && node.items.length > maxPatterns)
      complain(spot, node, `has too many entries (maximum ${maxPatterns})`)
  },
}

const changes = byKind({
  list: patterns,
  map: mapWith({ paths: attribute(patterns), compare_to: attribute(text()) }, { also: requirePaths }),
  otherwise: (node, spot) => complainBare(spot, node, 'should be an array or a hash'),
})

const exists = byKind({
  text: any('string'),
  list: patterns,
  map: mapWith(
    {
      paths: attribute(byKind({ text: any('string'), list: patterns, otherwise: 'should be an array of strings' })),
      project: attribute(text()),
      ref: attribute(text()),
    },
    { also: requirePaths },
  ),
  otherwise: (node, spot) => complainBare(spot, node, 'should be an array, a hash or a string'),
})

function requirePaths(node: MappingNode, spot: Spot): void {
  if (!valueAt(node, 'paths')) complain({ ...spot, subject: `${spot.location} paths` }, node, "can't be blank")
}

function ruleWhen(choices: readonly string[]): Shape {
  return {
    schema: { enum: choices },
    check: (node, spot) => {
      if (node.kind === 'scalar' && choices.includes(node.text)) return
      const written = node.kind === 'scalar' ? node.text : 'a list or a map'
      complain(
        spot,
        node,
        `unknown value: ${written}${spot.diagnostics.didYouMean(written, choices)} (one of: ${choices.join(', ')})`,
      )
    },
  }
}

const conditionFields: Fields = { if: attribute(expression), changes: entry(changes), exists: entry(exists) }

export const jobRuleFields: Fields = {
  ...conditionFields,
  when: attribute(ruleWhen([...whens, 'never'])),
  start_in: attribute(startIn),
  allow_failure: attribute(truth()),
  variables: entry(ruleVariables),
  needs: entry(needs),
  interruptible: attribute(truth()),
}

export const workflowRuleFields: Fields = {
  ...conditionFields,
  when: attribute(ruleWhen(['always', 'never'])),
  variables: entry(ruleVariables),
  auto_cancel: entry(autoCancel),
}

export const includeRuleFields: Fields = { ...conditionFields, when: attribute(ruleWhen(['always', 'never'])) }

export const jobRules = rulesOf(mapWith(jobRuleFields, { also: checkStartIn }))
export const workflowRules = rulesOf(mapWith(workflowRuleFields))
export const includeRules = rulesOf(mapWith(includeRuleFields))

function rulesOf(rule: Shape): Shape {
  return {
    schema: { type: 'array', items: { anyOf: [rule.schema, { type: 'array' }] }, minItems: 1 },
    check: (node, spot) => {
      if (node.kind !== 'sequence' || !isNestedMaps(node, 1))
        return complain(spot, node, 'should be an array containing hashes and arrays of hashes')
      if (node.items.length === 0) return complain(asEntry(spot), node, "can't be blank")
      const ruleSpot = entryBelow(asEntry(spot), 'rule')
      for (const each of flatItemsOf(node)) rule.check(each, ruleSpot)
    },
  }
}

function isNestedMaps(node: YamlNode, level: number): boolean {
  if (node.kind !== 'sequence') return node.kind === 'mapping'
  return level <= maxNesting && node.items.every(item => isNestedMaps(item, level + 1))
}

function checkStartIn(rule: MappingNode, spot: Spot): void {
  const when = valueAt(rule, 'when')
  const isDelayed = when?.kind === 'scalar' && when.text === 'delayed'
  const written = rule.entries.get('start_in')
  if (isDelayed && (!written || isNull(written.value)))
    complain({ ...spot, subject: `${spot.location} start in` }, when, "can't be blank")
  if (!isDelayed && written) complain(asEntry(spot), written.key, 'contains disallowed keys: start_in')
}

const refWords = 'should be an array of strings or regular expressions using re2 syntax'

const refPatterns: Shape = {
  schema: { type: 'array', items: { type: 'string' } },
  check: (node, spot) => {
    if (node.kind !== 'sequence') return complain(spot, node, refWords)
    for (const item of node.items)
      if (!isText(item) || item.kind !== 'scalar' || !isValidRefPattern(item.text)) complain(spot, item, refWords)
  },
}

const expressions: Shape = {
  schema: { type: 'array', items: { type: 'string' } },
  check: (node, spot) => {
    if (node.kind !== 'sequence' || !node.items.every(isText))
      return complain(spot, node, 'should be an array of strings')
    for (const item of node.items) expression.check(item, spot)
  },
}

const kubernetesActive: Shape = {
  schema: { enum: ['active'] },
  check: (node, spot) => {
    if (node.kind !== 'scalar' || node.text !== 'active') complain(spot, node, "should be 'active'")
  },
}

export const policyFields: Fields = {
  refs: attribute(refPatterns),
  variables: attribute(expressions),
  changes: attribute(patterns),
  kubernetes: attribute(kubernetesActive),
}

/** `only` and `except`. */
export const policy = byKind({
  list: refPatterns,
  map: mapWith(policyFields, {
    also: (node, spot) => {
      if (isBlank(node)) complain(spot, node, "can't be blank")
    },
  }),
  otherwise: (node, spot) => complainBare(spot, node, 'has to be either an array of conditions or a hash'),
})
