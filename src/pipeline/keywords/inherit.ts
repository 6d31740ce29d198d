import { inheritedKeywords } from '../document/configuration.ts'
import type { YamlNode } from '../yaml/node.ts'
import { isText } from './lists.ts'
import { entry, mapWith, type Shape } from './shape.ts'
import { complain, complainBare, type Spot } from './spot.ts'

// `inherit`: which defaults and which root variables reach a job.

const schema = { anyOf: [{ type: 'boolean' }, { type: 'array', items: { type: 'string' } }] }
const names: readonly string[] = [...inheritedKeywords, 'timeout']

const defaults: Shape = {
  schema,
  check: (node, spot) => {
    if (!isTruthOrTexts(node)) return complainBare(spot, node, 'should be a bool or array of strings')
    const unknown =
      node.kind === 'sequence'
        ? node.items.flatMap(item => (item.kind === 'scalar' && !names.includes(item.text) ? item.text : []))
        : []
    for (const name of unknown)
      complain(spot, node, `contains unknown values: ${name}${spot.diagnostics.didYouMean(name, names)}`)
  },
}

const variables: Shape = {
  schema,
  check: (node: YamlNode, spot: Spot) => {
    if (!isTruthOrTexts(node)) complainBare(spot, node, 'should be a bool or array of strings')
  },
}

export const inherit = mapWith({ default: entry(defaults), variables: entry(variables) })

function isTruthOrTexts(node: YamlNode): boolean {
  if (node.kind === 'sequence') return node.items.every(isText)
  return node.kind === 'scalar' && node.type === 'boolean'
}
