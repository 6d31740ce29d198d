import type { Diagnostics } from '../diagnostics.ts'
import {
  isNull,
  isString,
  type MappingEntry,
  type MappingNode,
  mappingOf,
  type ReferenceNode,
  type SequenceNode,
  scalarOf,
  sequenceOf,
  type YamlNode,
} from '../yaml/node.ts'

const maxChain = 10

/** Puts the value of each `!reference [job, key, …]` in its place. Chains are followed; circles are mistakes. */
export function resolveReferences(root: MappingNode, diagnostics: Diagnostics): MappingNode {
  const known = new Map<YamlNode, YamlNode>()
  const open: string[] = []
  /** The way to the node that is looked at. */
  const path: string[] = []
  return resolve(root) as MappingNode

  function resolve(node: YamlNode): YamlNode {
    if (node.kind === 'scalar') return node
    const before = known.get(node)
    if (before) return before
    const resolved = node.kind === 'reference' ? follow(node) : resolveInside(node)
    known.set(node, resolved)
    return resolved
  }

  function resolveInside(node: SequenceNode | MappingNode): YamlNode {
    if (node.kind === 'sequence') {
      const items = node.items.map(resolve)
      return items.every((item, index) => item === node.items[index]) ? node : sequenceOf(items, node.place)
    }
    const changed = new Map<string, MappingEntry>()
    for (const [name, { key, value }] of node.entries) {
      path.push(name)
      const resolved = resolve(value)
      path.pop()
      if (resolved !== value) changed.set(name, { key, value: resolved })
    }
    return changed.size === 0 ? node : mappingOf(new Map([...node.entries, ...changed]), node.place)
  }

  function follow(node: ReferenceNode): YamlNode {
    const names = node.items.filter(isString).map(item => item.text)
    const label = `!reference [${node.items.map(labelOf).join(', ')}]`
    const complain = (reason: string): YamlNode => {
      diagnostics.error(`${label} ${reason}`, path.join(':'), node.place)
      const guess = scalarOf('', { ...node.place })
      diagnostics.settle(guess.place)
      return guess
    }
    if (names.length !== node.items.length || names.length === 0)
      return complain('is not valid: it takes a list of names')
    if (open.includes(label)) return complain('is part of a circular chain')
    if (open.length >= maxChain) return complain(`is nested too deep: more than ${maxChain} references`)
    open.push(label)
    const target = find(names)
    const isFound = target && !isNull(target) && !(target.kind === 'scalar' && target.value === false)
    const resolved = isFound ? resolve(target) : complain(`could not be found${hintFor(names)}`)
    open.pop()
    return resolved
  }

  /** For the first name that leads nowhere. */
  function hintFor(names: readonly string[]): string {
    let node: YamlNode | undefined = root
    for (const name of names) {
      const next: YamlNode | undefined = node?.kind === 'mapping' ? node.entries.get(name)?.value : undefined
      if (!next) return node?.kind === 'mapping' ? diagnostics.didYouMean(name, node.entries.keys()) : ''
      node = next
    }
    return ''
  }

  function find(names: readonly string[]): YamlNode | undefined {
    let node: YamlNode | undefined = root
    for (const name of names) {
      if (node?.kind === 'reference') node = resolve(node)
      node = node?.kind === 'mapping' ? node.entries.get(name)?.value : undefined
    }
    return node
  }
}

function labelOf(node: YamlNode): string {
  return node.kind === 'scalar' ? JSON.stringify(node.value) : node.kind
}
