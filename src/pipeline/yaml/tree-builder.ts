import { createWeigher, documentLimits, tooManyNodes } from './limits.ts'
import type { MappingEntry, Place, ScalarNode, YamlNode } from './node.ts'
import { textScalar } from './scalar.ts'

// Builds trees from the inside out, as a parser opens and closes collections. What the pieces mean is Psych's: later
// duplicate keys win, and `<<` merges where it stands, so that it overrides what stands before it.

export interface YamlMistake {
  readonly message: string
  readonly place: Place
}

/** The document goes beyond a bound, and reading it makes no sense any more. */
export class DocumentTooLarge extends Error {
  readonly place: Place
  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}

export interface TreeBuilder {
  open(kind: 'document' | 'sequence' | 'reference' | 'mapping', place: Place, anchor: string | null): void
  close(): void
  addScalar(node: ScalarNode, anchor: string | null, isMergeKey: boolean): void
  addAlias(name: string, place: Place): void
  readonly documents: readonly YamlNode[]
  /** An alias of nothing: what stands in its place is a guess. */
  readonly hasUnknownAlias: boolean
  readonly nodeCount: number
}

interface Frame {
  readonly kind: 'document' | 'sequence' | 'reference' | 'mapping'
  readonly place: Place
  readonly anchor: string | null
  readonly items: YamlNode[]
  readonly entries: Map<string, MappingEntry>
  key: ScalarNode | null
  isMergeKey: boolean
}

export function createTreeBuilder(complain: (mistake: YamlMistake) => void): TreeBuilder {
  const documents: YamlNode[] = []
  const frames: Frame[] = []
  const weigher = createWeigher()
  let anchors = new Map<string, YamlNode>()
  let mergedKeys = 0
  let hasUnknownAlias = false
  let nodeCount = 0
  let addedNodes = 0

  return {
    documents,
    get hasUnknownAlias() {
      return hasUnknownAlias
    },
    get nodeCount() {
      return nodeCount
    },
    open: (kind, place, anchor) => {
      if (kind === 'document') anchors = new Map()
      frames.push({ kind, place, anchor, items: [], entries: new Map(), key: null, isMergeKey: false })
    },
    close: () => {
      const frame = frames.pop()
      if (frame?.kind === 'document') closeDocument(frame)
      else if (frame) closeCollection(frame)
    },
    addScalar: (node, anchor, isMergeKey) => {
      if (anchor !== null) anchors.set(anchor, node)
      add(node, isMergeKey)
    },
    addAlias: (name, place) => {
      const node = anchors.get(name)
      if (!node) {
        complain({ message: `Unknown alias: ${name}`, place })
        hasUnknownAlias = true
      }
      add(node ?? textScalar('', place), false)
    },
  }

  function closeDocument({ items, place }: Frame): void {
    const root = items[0] ?? { kind: 'scalar', type: 'null', value: null, text: '', place }
    nodeCount += weigher.countNodes(root)
    documents.push(root)
  }

  function closeCollection({ kind, items, entries, place, anchor }: Frame): void {
    const node: YamlNode =
      kind === 'mapping' ? { kind, entries, place } : { kind: kind === 'reference' ? kind : 'sequence', items, place }
    const exceeded = weigher.exceeded(node)
    if (exceeded !== null) throw new DocumentTooLarge(exceeded, place)
    if (anchor !== null) anchors.set(anchor, node)
    add(node, false)
  }

  function add(node: YamlNode, isMergeKey: boolean): void {
    // Seen long before the whole is closed and weighed.
    if (++addedNodes > documentLimits.nodes) throw new DocumentTooLarge(tooManyNodes, node.place)
    const frame = frames.at(-1)
    if (!frame) return
    if (frame.kind !== 'mapping') frame.items.push(node)
    else if (frame.key === null) {
      frame.key = keyOf(node)
      frame.isMergeKey = isMergeKey
    } else {
      if (!frame.isMergeKey || !merge(frame.entries, node))
        frame.entries.set(frame.key.text, { key: frame.key, value: node })
      frame.key = null
    }
  }

  function keyOf(node: YamlNode): ScalarNode {
    if (node.kind === 'scalar') return node
    complain({ message: 'a key must be a single word or text, not a list or a map', place: node.place })
    return textScalar(`(${node.kind})`, node.place)
  }

  /** Of a list of maps the first one wins; anything but maps is no merge. */
  function merge(entries: Map<string, MappingEntry>, node: YamlNode): boolean {
    const parts = node.kind === 'sequence' ? [...node.items].reverse() : [node]
    if (!parts.every(part => part.kind === 'mapping')) return false
    const merged = new Map<string, MappingEntry>()
    for (const part of parts) {
      mergedKeys += part.entries.size + 1
      if (mergedKeys > documentLimits.mergedKeys)
        throw new DocumentTooLarge('too many keys are merged by `<<`', node.place)
      for (const [name, entry] of part.entries) merged.set(name, entry)
    }
    for (const [name, entry] of merged) entries.set(name, entry)
    return true
  }
}
