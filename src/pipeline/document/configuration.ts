import {
  isNull,
  type MappingEntry,
  type MappingNode,
  mappingOf,
  type ScalarNode,
  valueAt,
  type YamlNode,
} from '../yaml/node.ts'

// The finished document, cut into what the rest of the compiler works on: root settings and jobs, each job with the
// defaults that it inherits.

/** Root keys that are settings; everything else is a job, hidden when its name starts with a dot. */
export const rootKeywords = [
  'default',
  'include',
  'before_script',
  'image',
  'services',
  'after_script',
  'variables',
  'stages',
  'types',
  'cache',
  'workflow',
  'spec',
] as const

/** What `default:` may hold, and what a job takes from there when it lacks the key. */
export const inheritedKeywords = [
  'before_script',
  'after_script',
  'hooks',
  'cache',
  'image',
  'services',
  'interruptible',
  'retry',
  'tags',
  'artifacts',
  'id_tokens',
] as const

/** Those that may also stand at the root, as before `default:` existed. */
export const rootDefaults = ['image', 'services', 'cache', 'before_script', 'after_script'] as const

export interface Configuration {
  readonly root: MappingNode
  /** Visible and hidden ones, as written, in the order of the file. */
  readonly entries: readonly JobEntry[]
  /** The visible ones that are maps, with defaults. */
  readonly jobs: readonly JobEntry[]
}

export interface JobEntry {
  readonly name: string
  readonly key: ScalarNode
  readonly node: YamlNode
  /** Without what it takes from the defaults. */
  readonly own: YamlNode
  /** Something that it extends is missing, so that what it lacks is not its own mistake. */
  readonly isIncomplete: boolean
}

export function configurationOf(root: MappingNode, incomplete: ReadonlySet<string>): Configuration {
  const entries = [...root.entries]
    .filter(([name]) => !isRootKeyword(name))
    .map(([name, { key, value }]) => ({ name, key, node: value, own: value, isIncomplete: incomplete.has(name) }))
  const jobs = entries
    .filter(entry => !isHidden(entry.name) && entry.node.kind === 'mapping')
    .map(entry => ({ ...entry, node: withDefaults(entry.node, root) }))
  return { root, entries, jobs }
}

export function isHidden(name: string): boolean {
  return name.startsWith('.')
}

export function isRootKeyword(name: string): boolean {
  return (rootKeywords as readonly string[]).includes(name)
}

function withDefaults(job: YamlNode, root: MappingNode): YamlNode {
  if (job.kind !== 'mapping') return job
  const isTrigger = job.entries.has('trigger')
  const added = new Map<string, MappingEntry>()
  for (const keyword of inheritedKeywords) {
    if (isTrigger && keyword !== 'interruptible') continue
    const own = job.entries.get(keyword)
    if ((own && !isNull(own.value)) || !inheritsDefault(job, keyword)) continue
    const inherited = defaultEntry(root, keyword)
    if (inherited) added.set(keyword, inherited)
  }
  if (added.size === 0) return job
  return mappingOf(new Map([...job.entries, ...added]), job.place)
}

function defaultEntry(root: MappingNode, keyword: string): MappingEntry | undefined {
  const inDefault = root.entries.get('default')?.value
  const entry = inDefault?.kind === 'mapping' ? inDefault.entries.get(keyword) : undefined
  if (entry && !isNull(entry.value)) return entry
  if (!(rootDefaults as readonly string[]).includes(keyword)) return undefined
  const atRoot = root.entries.get(keyword)
  return atRoot && !isNull(atRoot.value) ? atRoot : undefined
}

function inheritsDefault(job: YamlNode, keyword: string): boolean {
  return inherits(valueAt(valueAt(job, 'inherit'), 'default'), keyword)
}

/** Whether `inherit:variables` lets a root variable through. */
export function inheritsVariable(job: YamlNode, name: string): boolean {
  return inherits(valueAt(valueAt(job, 'inherit'), 'variables'), name)
}

function inherits(setting: YamlNode | undefined, name: string): boolean {
  if (!setting) return true
  if (setting.kind === 'sequence') return setting.items.some(item => item.kind === 'scalar' && item.text === name)
  return !(setting.kind === 'scalar' && setting.value === false)
}
