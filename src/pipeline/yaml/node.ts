// The document as the compiler sees it: a tree that keeps for each node where it stands in which file, through
// merges, `extends` and `!reference`, so that any later mistake can name its place. Nodes are never changed; an
// alias shares its node.

export type YamlNode = ScalarNode | SequenceNode | MappingNode | ReferenceNode

export type ScalarType = 'string' | 'integer' | 'float' | 'boolean' | 'null'

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly type: ScalarType
  readonly value: string | number | boolean | null
  /** As Ruby would print it: `010` is "8", null is "". */
  readonly text: string
  readonly place: Place
}

export interface SequenceNode {
  readonly kind: 'sequence'
  readonly items: readonly YamlNode[]
  readonly place: Place
}

export interface MappingNode {
  readonly kind: 'mapping'
  /** By the key's text; `10:` and `"10":` count as one. */
  readonly entries: ReadonlyMap<string, MappingEntry>
  readonly place: Place
}

export interface MappingEntry {
  readonly key: ScalarNode
  readonly value: YamlNode
}

/** `!reference [job, key]`, before it is resolved. */
export interface ReferenceNode {
  readonly kind: 'reference'
  readonly items: readonly YamlNode[]
  readonly place: Place
}

export interface Place {
  readonly source: SourceText
  readonly offset: number
}

export interface SourceText {
  readonly file: string
  readonly text: string
}

export function scalarOf(value: string | boolean | null, place: Place): ScalarNode {
  if (value === null) return { kind: 'scalar', type: 'null', value, text: '', place }
  if (typeof value === 'boolean') return { kind: 'scalar', type: 'boolean', value, text: String(value), place }
  return { kind: 'scalar', type: 'string', value, text: value, place }
}

export function sequenceOf(items: readonly YamlNode[], place: Place): SequenceNode {
  return { kind: 'sequence', items, place }
}

export function mappingOf(entries: ReadonlyMap<string, MappingEntry>, place: Place): MappingNode {
  return { kind: 'mapping', entries, place }
}

export function isNull(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && node.type === 'null'
}

export function isString(node: YamlNode | undefined): node is ScalarNode & { readonly value: string } {
  return node?.kind === 'scalar' && node.type === 'string'
}

/** Ruby's `blank?`: null, false, blank text, an empty list or map. */
export function isBlank(node: YamlNode): boolean {
  switch (node.kind) {
    case 'scalar':
      return node.type === 'null' || node.value === false || (node.type === 'string' && node.text.trim() === '')
    case 'sequence':
      return node.items.length === 0
    case 'mapping':
      return node.entries.size === 0
    case 'reference':
      return false
  }
}

/** The value under a key that is there and not null. */
export function valueAt(node: YamlNode | undefined, key: string): YamlNode | undefined {
  const value = node?.kind === 'mapping' ? node.entries.get(key)?.value : undefined
  return value === undefined || isNull(value) ? undefined : value
}
