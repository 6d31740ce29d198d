import type { Diagnostics } from '../diagnostics.ts'
import {
  isString,
  type MappingEntry,
  type MappingNode,
  mappingOf,
  type ScalarNode,
  valueAt,
  type YamlNode,
} from '../yaml/node.ts'
import type { Budget } from './budget.ts'
import { mergeDeep, withEntries } from './merge.ts'

const maxLevels = 11
const tooDeep = `nesting too deep in 'extends': more than ${maxLevels} levels`

/** Writes out `extends` of every job: parents from left to right, then the job itself on top. */
export function applyExtends(root: MappingNode, budget: Budget, diagnostics: Diagnostics): Extended {
  const known = new Map<string, ExtendedJob>()
  const open: string[] = []

  const entries = new Map<string, MappingEntry>()
  for (const [name, entry] of root.entries) entries.set(name, { key: entry.key, value: extend(name, entry.value).node })
  const incomplete = [...known].filter(([, job]) => job.isIncomplete).map(([name]) => name)
  return { root: withEntries(root, entries), incomplete: new Set(incomplete) }

  function extend(name: string, node: YamlNode): ExtendedJob {
    const before = known.get(name)
    if (before) return before
    const parents = valueAt(node, 'extends')
    const job =
      parents && node.kind === 'mapping' ? extendFrom(name, node, parents) : { node, levels: 0, isIncomplete: false }
    known.set(name, job)
    return job
  }

  function extendFrom(name: string, node: MappingNode, parents: YamlNode): ExtendedJob {
    const complain = (message: string, at: YamlNode): ExtendedJob => {
      diagnostics.error(`${name}: ${message}`, `${name}:extends`, at.place)
      return { node, levels: 0, isIncomplete: true }
    }
    if (open.includes(name)) return complain(`circular dependency detected in 'extends' (${circle(name)})`, parents)
    if (open.length >= maxLevels) return complain(tooDeep, parents)
    const names = parentNames(parents)
    if (!names) {
      const refused = complain("'extends' should be a name or an array of names", parents)
      diagnostics.settle(parents.place)
      return refused
    }

    open.push(name)
    const bases = names.map(parent => {
      const base = root.entries.get(parent.text)?.value
      if (base?.kind === 'mapping') return extend(parent.text, base)
      if (base) return complain(`invalid base hashes in 'extends' (${parent.text})`, parent)
      const hint = diagnostics.didYouMean(parent.text, root.entries.keys())
      return complain(`unknown keys in 'extends' (${parent.text})${hint}`, parent)
    })
    open.pop()

    const levels = 1 + bases.reduce((most, base) => Math.max(most, base.levels), 0)
    const isIncomplete = bases.some(base => base.isIncomplete)
    if (levels > maxLevels && !isIncomplete) return complain(tooDeep, parents)
    return { node: isIncomplete ? node : mergeAll(bases, node), levels, isIncomplete }
  }

  function mergeAll(bases: readonly ExtendedJob[], node: MappingNode): YamlNode {
    const nothing: YamlNode = mappingOf(new Map(), node.place)
    return [...bases.map(base => base.node), node].reduce(
      (below, above) => mergeDeep(below, above, budget, 'remove'),
      nothing,
    )
  }

  function circle(name: string): string {
    return [...open.slice(open.indexOf(name)), name].join(' → ')
  }
}

export interface Extended {
  readonly root: MappingNode
  /** Jobs that extend something missing. */
  readonly incomplete: ReadonlySet<string>
}

interface ExtendedJob {
  readonly node: YamlNode
  readonly levels: number
  readonly isIncomplete: boolean
}

function parentNames(parents: YamlNode): readonly ScalarNode[] | null {
  const items = parents.kind === 'sequence' ? parents.items : [parents]
  const names = items.filter(isString)
  return names.length === items.length ? names : null
}
