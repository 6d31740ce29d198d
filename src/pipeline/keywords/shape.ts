import { isNull, type MappingNode, type YamlNode } from '../yaml/node.ts'
import { asEntry, attributeBelow, complain, entryBelow, type Spot } from './spot.ts'

// What a keyword may look like. A shape checks a node, with GitLab's words for what is wrong, and tells editors the same
// as a JSON schema: one table for both, so that they cannot drift apart.

export interface Shape {
  check(node: YamlNode, spot: Spot): void
  readonly schema: JsonSchema
}

export type JsonSchema = { readonly [key: string]: unknown }

export interface Field {
  readonly shape: Shape
  /** How messages call it. */
  readonly as: 'entry' | 'attribute'
}

export type Fields = Readonly<Record<string, Field>>

export function entry(shape: Shape): Field {
  return { shape, as: 'entry' }
}

export function attribute(shape: Shape): Field {
  return { shape, as: 'attribute' }
}

/** One shape for each kind of value; what is left out gets the reason. */
export interface Kinds {
  readonly text?: Shape
  readonly integer?: Shape
  readonly truth?: Shape
  readonly list?: Shape
  readonly map?: Shape
  readonly otherwise: string | ((node: YamlNode, spot: Spot) => void)
}

export function byKind(kinds: Kinds): Shape {
  const given = [kinds.text, kinds.integer, kinds.truth, kinds.list, kinds.map].filter(shape => shape !== undefined)
  return {
    schema: given.length === 1 && given[0] ? given[0].schema : { anyOf: given.map(shape => shape.schema) },
    check: (node, spot) => {
      const shape = shapeFor(node, kinds)
      if (shape) shape.check(node, spot)
      else if (typeof kinds.otherwise === 'string') complain(spot, node, kinds.otherwise)
      else kinds.otherwise(node, spot)
    },
  }
}

function shapeFor(node: YamlNode, kinds: Kinds): Shape | undefined {
  if (node.kind === 'sequence') return kinds.list
  if (node.kind === 'mapping') return kinds.map
  if (node.kind === 'reference') return undefined
  if (node.type === 'string') return kinds.text
  if (node.type === 'boolean') return kinds.truth
  return node.type === 'integer' ? kinds.integer : undefined
}

/** Any value of the kind that led here. */
export function any(type: 'string' | 'integer' | 'boolean' | 'array' | 'object'): Shape {
  return { schema: { type }, check: () => undefined }
}

/** A map whose keys are the user's. */
export function anyMap(otherwise = 'should be a hash'): Shape {
  return byKind({ map: any('object'), otherwise })
}

export function text(otherwise = 'should be a string'): Shape {
  return byKind({ text: any('string'), otherwise })
}

export function truth(otherwise = 'should be a boolean value'): Shape {
  return byKind({ truth: any('boolean'), otherwise })
}

export function choice(choices: readonly string[], otherwise = `should be one of: ${choices.join(', ')}`): Shape {
  return {
    schema: { enum: choices },
    check: (node, spot) => {
      if (node.kind === 'scalar' && node.type === 'string' && choices.includes(node.text)) return
      complain(spot, node, otherwise + (node.kind === 'scalar' ? spot.diagnostics.didYouMean(node.text, choices) : ''))
    },
  }
}

export interface MapOptions {
  readonly otherwise?: string
  readonly required?: readonly string[]
  /** Runs after the fields, on the whole map. */
  readonly also?: (node: MappingNode, spot: Spot) => void
  readonly unknownKeys?: (keys: string) => string
}

export function mapWith(fields: Fields, options: MapOptions = {}): Shape {
  const {
    otherwise = 'should be a hash',
    required = [],
    also,
    unknownKeys = keys => `contains unknown keys: ${keys}`,
  } = options
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.shape.schema])),
      additionalProperties: false,
      ...(required.length > 0 ? { required } : {}),
    },
    check: (node, spot) => {
      if (node.kind !== 'mapping') return complain(spot, node, otherwise)
      for (const [key, { key: keyNode, value }] of node.entries) {
        const field = Object.hasOwn(fields, key) ? fields[key] : undefined
        if (!field)
          complain(
            asEntry({ ...spot, path: `${spot.path}:${key}` }),
            keyNode,
            unknownKeys(key) + spot.diagnostics.didYouMean(key, Object.keys(fields)),
          )
        else if (!isNull(value)) checkField(key, field, value, spot)
      }
      also?.(node, spot)
    },
  }
}

export function checkField(key: string, field: Field, value: YamlNode, spot: Spot): void {
  field.shape.check(value, field.as === 'entry' ? entryBelow(spot, key) : attributeBelow(spot, key))
}

/** A shape with one more check, after its own. */
export function also(shape: Shape, check: (node: YamlNode, spot: Spot) => void): Shape {
  return {
    schema: shape.schema,
    check: (node, spot) => {
      shape.check(node, spot)
      check(node, spot)
    },
  }
}

export function described(shape: Shape, description: string): Shape {
  return { ...shape, schema: { description, ...shape.schema } }
}
