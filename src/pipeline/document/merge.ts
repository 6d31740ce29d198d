import { isNull, type MappingEntry, type MappingNode, mappingOf, type YamlNode } from '../yaml/node.ts'
import type { Budget } from './budget.ts'

/** Maps are merged key by key, all else is replaced by what lies on top. */
export function mergeDeep(below: YamlNode, above: YamlNode, budget: Budget, onNull: 'keep' | 'remove'): YamlNode {
  if (below.kind !== 'mapping' || above.kind !== 'mapping') return above
  budget.spend(below.entries.size + above.entries.size)
  const entries = new Map<string, MappingEntry>(below.entries)
  for (const [name, entry] of above.entries) {
    const under = entries.get(name)
    if (under === undefined) entries.set(name, entry)
    else if (onNull === 'remove' && isNull(entry.value)) entries.delete(name)
    else entries.set(name, { key: entry.key, value: mergeDeep(under.value, entry.value, budget, onNull) })
  }
  return mappingOf(entries, above.place)
}

export function withEntries(node: MappingNode, entries: ReadonlyMap<string, MappingEntry>): MappingNode {
  return mappingOf(entries, node.place)
}
