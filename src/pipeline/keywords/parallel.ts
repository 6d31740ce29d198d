import { combinationsOf, maxInstances } from '../plan/instances.ts'
import type { MappingNode, YamlNode } from '../yaml/node.ts'
import { integerBetween } from './scalars.ts'
import { entry, mapWith, type Shape } from './shape.ts'
import { complain, complainBare, entryBelow, type Spot } from './spot.ts'

// `parallel: N` and `parallel:matrix`.

const valueSchema = { type: ['string', 'integer'] }

/** A list of maps from a variable's name to a value or a list of values. */
export const matrix: Shape = {
  schema: {
    type: 'array',
    items: {
      type: 'object',
      minProperties: 1,
      additionalProperties: { anyOf: [valueSchema, { type: 'array', items: valueSchema }] },
    },
  },
  check: (node, spot) => {
    if (node.kind !== 'sequence' || !node.items.every(item => item.kind === 'mapping'))
      return complain(spot, node, 'should be an array of hashes')
    if (node.items.length === 0) return complain(spot, node, "can't be blank")
    for (const item of node.items) if (item.kind === 'mapping') checkRow(item, entryBelow(spot, 'variables'))
    if (combinationsOf(node).length > maxInstances)
      complain(spot, node, `generates too many jobs (maximum is ${maxInstances})`)
  },
}

const matrixOnly = mapWith({ matrix: entry(matrix) })

export const parallel: Shape = {
  schema: { anyOf: [{ type: 'integer', minimum: 1, maximum: maxInstances }, matrixOnly.schema] },
  check: (node, spot) => {
    if (node.kind === 'mapping') matrixOnly.check(node, spot)
    else if (node.kind === 'scalar' && node.type === 'integer') integerBetween(1, maxInstances, '').check(node, spot)
    else complainBare(spot, node, 'should be an integer or a hash')
  },
}

/** Trigger jobs take a matrix only. */
export const bridgeParallel: Shape = {
  schema: matrixOnly.schema,
  check: (node, spot) => {
    if (node.kind === 'scalar') complainBare(spot, node, 'cannot use "parallel: <number>" with trigger')
    else matrixOnly.check(node, spot)
  },
}

function checkRow(item: MappingNode, spot: Spot): void {
  if (item.entries.size === 0) complain(spot, item, 'requires at least 1 items')
  for (const { value } of item.entries.values()) {
    const values = value.kind === 'sequence' ? value.items : [value]
    if (values.length > 0 && values.every(isMatrixValue)) continue
    complain(
      spot,
      value,
      'should be a hash of key value pairs, value can be an array (of texts and integers: quote others)',
    )
  }
}

function isMatrixValue(node: YamlNode): boolean {
  return node.kind === 'scalar' && (node.type === 'string' || node.type === 'integer')
}
