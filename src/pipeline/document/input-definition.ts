import { expressionOf } from '../condition/clause.ts'
import { holds } from '../condition/evaluate.ts'
import { include } from '../keywords/include.ts'
import { texts } from '../keywords/lists.ts'
import { anyMap, attribute, choice, entry, type Fields, mapWith, type Shape, text } from '../keywords/shape.ts'
import { complain, entryBelow, type Spot } from '../keywords/spot.ts'
import { itemsOf } from '../plan/read.ts'
import { isNull, isString, type MappingNode, mappingOf, valueAt, type YamlNode } from '../yaml/node.ts'
import { componentFacts } from './component.ts'

// `spec:` and what it says of each input, which may depend on the values of others.

export const inputTypes = ['string', 'number', 'boolean', 'array'] as const
export type InputType = (typeof inputTypes)[number]

const maxOptions = 50

const options: Shape = {
  schema: { type: 'array', maxItems: maxOptions },
  check: (node, spot) => {
    if (node.kind !== 'sequence') complain(spot, node, 'should be an array')
    else if (node.items.length > maxOptions) complain(spot, node, `has too many entries (maximum ${maxOptions})`)
  },
}

const anything: Shape = { schema: {}, check: () => undefined }

const expression: Shape = {
  schema: { type: 'string' },
  check: (node, spot) => {
    if (!expressionOf(node)) complain(spot, node, 'invalid expression syntax')
  },
}

const rule = mapWith({ if: attribute(expression), options: attribute(options), default: attribute(anything) })

const rules: Shape = {
  schema: { type: 'array', items: rule.schema, minItems: 1 },
  check: (node, spot) => {
    if (node.kind !== 'sequence') return complain(spot, node, 'should be an array of hashes')
    if (node.items.length === 0) return complain(spot, node, "can't be blank")
    for (const item of node.items) rule.check(item, entryBelow(spot, 'rule'))
  },
}

export const inputFields: Fields = {
  type: attribute(choice(inputTypes)),
  default: attribute(anything),
  options: attribute(options),
  regex: attribute(text()),
  description: attribute(text()),
  rules: entry(rules),
}

const component: Shape = {
  schema: { type: 'array', items: { enum: componentFacts } },
  check: (node, spot) => {
    texts().check(node, spot)
    const unknown = itemsOf(node).flatMap(item => (isString(item) && !isComponentFact(item.text) ? item.text : []))
    if (unknown.length > 0)
      complain(spot, node, `contains unknown values: ${unknown.join(', ')} (known are ${componentFacts.join(', ')})`)
  },
}

export const specFields: Fields = {
  inputs: entry(anyMap()),
  description: attribute(text()),
  include: entry(include),
  component: attribute(component),
}

function isComponentFact(name: string): boolean {
  return (componentFacts as readonly string[]).includes(name)
}

export const spec = mapWith(specFields)
export const inputDefinition = mapWith(inputFields, { also: refuseBoth })

function refuseBoth(node: MappingNode, spot: Spot): void {
  const used = ['rules', 'options', 'default'].filter(key => valueAt(node, key))
  if (used.length > 1 && used[0] === 'rules')
    complain(spot, node, `these keys cannot be used together: ${used.join(', ')}`)
}

/** The definition with options and default of its first rule that holds. */
export function definitionFor(definition: YamlNode, textFor: (input: string) => string | null): YamlNode {
  const written = valueAt(definition, 'rules')
  if (!written || definition.kind !== 'mapping') return definition
  const matching = itemsOf(written).find(each => ruleHolds(each, textFor))
  return mappingOf(
    new Map([...definition.entries, ...(matching?.kind === 'mapping' ? matching.entries : [])]),
    definition.place,
  )
}

/** `$[[ inputs.x ]]` in an expression is the variable `inputs.x`. */
function ruleHolds(each: YamlNode, textFor: (input: string) => string | null): boolean {
  const condition = valueAt(each, 'if')
  if (!condition) return each.kind === 'mapping' && !isNull(each)
  const parsed = expressionOf(condition)
  return parsed !== null && holds(parsed, name => (name.startsWith('inputs.') ? textFor(name.slice(7)) : null))
}
