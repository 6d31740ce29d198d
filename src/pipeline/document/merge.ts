import { isNull, type MappingEntry, type MappingNode, mappingOf, type YamlNode } from '../yaml/node.ts'

/** Counts the keys that merging touches, so that a small file cannot ask for endless work. */
export interface MergeBudget {
  spend(keys: number): void
}

export class MergeTooLarge extends Error {}

const maxMergedKeys = 2_000_000

export function createMergeBudget(): MergeBudget {
  let spent = 0
  return {
    spend: keys => {
      spent += keys
      if (spent > maxMergedKeys) throw new MergeTooLarge('the configuration is too large: too many keys are merged')
    },
  }
}

/** Maps are merged key by key, all else is replaced by what lies on top. */
export function mergeDeep(below: YamlNode, above: YamlNode, budget: MergeBudget, onNull: 'keep' | 'remove'): YamlNode {
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
