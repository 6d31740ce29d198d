import type { ScalarNode, YamlNode } from './node.ts'

/** The bounds of a document; each has its own message. */
export const documentLimits = {
  fileBytes: 1024 * 1024,
  nodes: 100_000,
  expandedBytes: 20_000_000,
  depth: 100,
  mergedKeys: 1_000_000,
} as const

export const tooManyNodes = 'the document has more than 100,000 nodes, aliases written out'

export interface Weigher {
  /** Nodes of a tree, with every alias written out. */
  countNodes(node: YamlNode): number
  /** What is wrong with the size of a tree; null when it is within bounds. */
  exceeded(node: YamlNode): string | null
}

/**
 * Weighs trees that share nodes, each node once. Fed from the leaves up (as a parser closes its collections), it never
 * recurses far, however deep aliases nest.
 */
export function createWeigher(): Weigher {
  const known = new Map<YamlNode, Weight>()
  const weigh = (node: YamlNode): Weight => {
    if (node.kind === 'scalar') return { nodes: 1, bytes: node.text.length, depth: 0 }
    const before = known.get(node)
    if (before) return before
    const weight = { nodes: 1, bytes: 0, depth: 1 }
    if (node.kind !== 'mapping') for (const item of node.items) add(weight, item)
    else
      for (const { key, value } of node.entries.values()) {
        addScalar(weight, key)
        add(weight, value)
      }
    known.set(node, weight)
    return weight
  }
  const add = (sum: Weight, child: YamlNode): void => {
    if (child.kind === 'scalar') addScalar(sum, child)
    else addTo(sum, weigh(child))
  }
  return { countNodes: node => weigh(node).nodes, exceeded: node => exceededBy(weigh(node)) }
}

interface Weight {
  nodes: number
  bytes: number
  depth: number
}

function addScalar(sum: Weight, { text }: ScalarNode): void {
  sum.nodes += 1
  sum.bytes += text.length
}

function addTo(sum: Weight, child: Weight): void {
  sum.nodes += child.nodes
  sum.bytes += child.bytes
  sum.depth = Math.max(sum.depth, child.depth + 1)
}

function exceededBy(weight: Weight): string | null {
  if (weight.depth > documentLimits.depth + 1) return 'the document nests deeper than 100 levels'
  if (weight.nodes > documentLimits.nodes) return tooManyNodes
  if (weight.bytes > documentLimits.expandedBytes) return 'the document is larger than 20 MB, aliases written out'
  return null
}
