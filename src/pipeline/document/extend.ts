import type { Diagnostics } from '../diagnostics.ts'
import { didYouMean } from '../suggestion.ts'
import {
  isString,
  type MappingEntry,
  type MappingNode,
  mappingOf,
  type ScalarNode,
  valueAt,
  type YamlNode,
} from '../yaml/node.ts'
import { type MergeBudget, mergeDeep, withEntries } from './merge.ts'

const maxLevels = 11

/** Writes out `extends` of every job: parents from left to right, then the job itself on top. */
export function applyExtends(root: MappingNode, budget: MergeBudget, diagnostics: Diagnostics): MappingNode {
  const extended = new Map<string, YamlNode>()
  const open: string[] = []

  const entries = new Map<string, MappingEntry>()
  for (const [name, entry] of root.entries) entries.set(name, { key: entry.key, value: extend(name, entry.value) })
  return withEntries(root, entries)

  function extend(name: string, node: YamlNode): YamlNode {
    const before = extended.get(name)
    if (before) return before
    const parents = valueAt(node, 'extends')
    if (!parents || node.kind !== 'mapping') return node
    const result = extendFrom(name, node, parents)
    extended.set(name, result)
    return result
  }

  function extendFrom(name: string, node: MappingNode, parents: YamlNode): YamlNode {
    const complain = (message: string, at: YamlNode) =>
      diagnostics.error(`${name}: ${message}`, `${name}:extends`, at.place)
    if (open.includes(name)) {
      complain(
        `circular dependency detected in 'extends' (${[...open.slice(open.indexOf(name)), name].join(' → ')})`,
        parents,
      )
      return node
    }
    if (open.length >= maxLevels) {
      complain(`nesting too deep in 'extends': more than ${maxLevels} levels`, parents)
      return node
    }
    const names = parentNames(parents)
    if (!names) {
      complain("'extends' should be a name or an array of names", parents)
      return node
    }
    const bases: YamlNode[] = []
    open.push(name)
    for (const parent of names) {
      const base = root.entries.get(parent.text)
      if (!base)
        complain(`unknown keys in 'extends' (${parent.text})${didYouMean(parent.text, root.entries.keys())}`, parent)
      else if (base.value.kind !== 'mapping') complain(`invalid base hashes in 'extends' (${parent.text})`, parent)
      else bases.push(extend(parent.text, base.value))
    }
    open.pop()
    const nothing: YamlNode = mappingOf(new Map(), node.place)
    const base = bases.reduce((below, above) => mergeDeep(below, above, budget, 'remove'), nothing)
    return mergeDeep(base, node, budget, 'remove')
  }
}

function parentNames(parents: YamlNode): readonly ScalarNode[] | null {
  const items = parents.kind === 'sequence' ? parents.items : [parents]
  const names = items.filter(isString)
  return names.length === items.length ? names : null
}
