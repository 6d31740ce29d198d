import {
  type MappingEntry,
  mappingOf,
  type Place,
  type ScalarNode,
  scalarOf,
  sequenceOf,
  type YamlNode,
} from './node.ts'

/** A plain JSON value as a node, all of it at one place. */
export function nodeOf(value: unknown, place: Place): YamlNode {
  if (value === null || value === undefined) return scalarOf(null, place)
  if (typeof value === 'string' || typeof value === 'boolean') return scalarOf(value, place)
  if (typeof value === 'number') return numberOf(value, place)
  if (Array.isArray(value))
    return sequenceOf(
      value.map(item => nodeOf(item, place)),
      place,
    )
  const entries = Object.entries(value).map(([key, each]): [string, MappingEntry] => [
    key,
    { key: scalarOf(key, place), value: nodeOf(each, place) },
  ])
  return mappingOf(new Map(entries), place)
}

/** The plain value of a node: what `JSON.stringify` may print. */
export function plainOf(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'sequence':
    case 'reference':
      return node.items.map(plainOf)
    case 'mapping':
      return Object.fromEntries([...node.entries].map(([name, entry]) => [name, plainOf(entry.value)]))
  }
}

function numberOf(value: number, place: Place): ScalarNode {
  return { kind: 'scalar', type: Number.isInteger(value) ? 'integer' : 'float', value, text: String(value), place }
}
