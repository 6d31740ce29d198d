import { isNull, type MappingEntry, valueAt, type YamlNode } from '../yaml/node.ts'
import { isText, texts } from './lists.ts'
import { any, attribute, byKind, mapWith, type Shape, text, truth } from './shape.ts'
import { complain, entryBelow, type Spot } from './spot.ts'

// `variables` of the root, of a job, of a rule; `id_tokens`.

const scalarSchema = { type: ['string', 'number', 'boolean', 'null'] }
const namePattern = /^\w+$/

const plainValue: Shape = {
  schema: scalarSchema,
  check: (node, spot) => {
    if (node.kind !== 'scalar') complain({ ...spot, subject: spot.subject }, node, 'must be a string')
  },
}

const invalidKeys = (keys: string) => `uses invalid data keys: ${keys}`

export const jobVariables = variablesOf(
  mapWith({ value: attribute(plainValue), expand: attribute(truth()) }, { unknownKeys: invalidKeys }),
)

export const rootVariables = variablesOf(
  mapWith(
    {
      value: attribute(plainValue),
      description: attribute(text()),
      options: attribute(texts()),
      expand: attribute(truth()),
    },
    { unknownKeys: invalidKeys, also: checkOptions },
  ),
)

/** A rule's variables are plain. */
export const ruleVariables = mapOfNames(plainValue, (value, spot) => plainValue.check(value, spot))

export const idTokens = mapOfNames(
  mapWith({
    aud: attribute(
      byKind({ text: any('string'), list: texts(), otherwise: 'should be a string or an array of strings' }),
    ),
  }),
  (value, spot) => {
    if (value.kind === 'mapping' && !valueAt(value, 'aud')) complain(spot, value, 'missing required keys: aud')
    else idToken.check(value, spot)
  },
)

const idToken = mapWith({
  aud: attribute(
    byKind({ text: any('string'), list: texts(), otherwise: 'should be a string or an array of strings' }),
  ),
})

function variablesOf(definition: Shape): Shape {
  return mapOfNames(
    { schema: { anyOf: [scalarSchema, definition.schema] }, check: definition.check },
    (value, spot) => {
      if (value.kind === 'mapping') definition.check(value, spot)
      else if (value.kind !== 'scalar')
        spot.diagnostics.error(
          `variable definition must be either a string or a hash (${spot.location})`,
          spot.path,
          value.place,
        )
    },
  )
}

function mapOfNames(value: Shape, check: (value: YamlNode, spot: Spot) => void): Shape {
  return {
    schema: { type: 'object', patternProperties: { '^\\w+$': value.schema }, additionalProperties: false },
    check: (node, spot) => {
      if (node.kind !== 'mapping') return complain(spot, node, 'should be a hash')
      for (const [name, each] of node.entries) checkEntry(name, each, spot, check)
    },
  }
}

function checkEntry(
  name: string,
  { key, value }: MappingEntry,
  spot: Spot,
  check: (value: YamlNode, spot: Spot) => void,
): void {
  if (!namePattern.test(name))
    complain(spot, key, `has an invalid name '${name}': only letters, digits and '_' are allowed`)
  else if (!isNull(value)) check(value, entryBelow(spot, name, name.toLowerCase()))
}

function checkOptions(node: YamlNode, spot: Spot): void {
  const options = valueAt(node, 'options')
  const value = valueAt(node, 'value')
  if (options?.kind !== 'sequence' || !options.items.every(isText) || value?.kind !== 'scalar') return
  if (options.items.some(option => option.kind === 'scalar' && option.text === value.text)) return
  complain(spot, value, `value '${value.text}' is not present in options`)
}
