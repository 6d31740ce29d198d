import type { Diagnostics } from '../diagnostics.ts'
import {
  isNull,
  isString,
  type MappingEntry,
  type MappingNode,
  mappingOf,
  type ReferenceNode,
  scalarOf,
  sequenceOf,
  type YamlNode,
} from '../yaml/node.ts'

const maxChain = 10

/** Puts the value of each `!reference [job, key, …]` in its place. Chains are followed; circles are mistakes. */
export function resolveReferences(root: MappingNode, diagnostics: Diagnostics): MappingNode {
  const known = new Map<YamlNode, YamlNode>()
  const open: string[] = []
  return resolve(root, []) as MappingNode

  function resolve(node: YamlNode, path: readonly string[]): YamlNode {
    if (node.kind === 'scalar') return node
    const before = known.get(node)
    if (before) return before
    const resolved = node.kind === 'reference' ? follow(node, path) : resolveInside(node, path)
    known.set(node, resolved)
    return resolved
  }

  function resolveInside(node: Exclude<YamlNode, ReferenceNode>, path: readonly string[]): YamlNode {
    if (node.kind === 'scalar') return node
    if (node.kind === 'sequence') {
      const items = node.items.map(item => resolve(item, path))
      return items.every((item, index) => item === node.items[index]) ? node : sequenceOf(items, node.place)
    }
    let isChanged = false
    const entries = new Map<string, MappingEntry>()
    for (const [name, entry] of node.entries) {
      const value = resolve(entry.value, [...path, name])
      if (value !== entry.value) isChanged = true
      entries.set(name, value === entry.value ? entry : { key: entry.key, value })
    }
    return isChanged ? mappingOf(entries, node.place) : node
  }

  function follow(node: ReferenceNode, path: readonly string[]): YamlNode {
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
    const resolved = isFound ? resolve(target, path) : complain(`could not be found${hintFor(names)}`)
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
      if (node?.kind === 'reference') node = resolve(node, [])
      node = node?.kind === 'mapping' ? node.entries.get(name)?.value : undefined
    }
    return node
  }
}

function labelOf(node: YamlNode): string {
  return node.kind === 'scalar' ? JSON.stringify(node.value) : node.kind
}
