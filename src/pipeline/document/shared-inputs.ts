import { type MappingEntry, type MappingNode, mappingOf, type SourceText, valueAt } from '../yaml/node.ts'
import { readDocument } from './document.ts'
import type { Loading } from './loading.ts'

// `spec:include`: definitions of inputs that several files share.

type Definitions = ReadonlyMap<string, MappingEntry>

/** What a file with nothing but `inputs:` defines; what is wrong with it goes to the diagnostics. */
export function sharedInputs(
  source: SourceText,
  { diagnostics, nodeBudget }: Pick<Loading, 'diagnostics' | 'nodeBudget'>,
): readonly Definitions[] {
  const document = readDocument(source, diagnostics)
  if (!document) return []
  nodeBudget.spend(document.nodeCount)
  for (const [name, { key }] of document.root.entries)
    if (name !== 'inputs')
      diagnostics.error(`spec:include: ${source.file} may hold inputs only, and has ${name}`, 'spec:include', key.place)
  const inputs = valueAt(document.root, 'inputs')
  if (inputs?.kind === 'mapping') return [inputs.entries]
  diagnostics.error(`spec:include: ${source.file} defines no inputs`, 'spec:include', document.root.place)
  return []
}

/** The header with definitions of others below its own. */
export function withInputDefinitions(header: MappingNode, shared: readonly Definitions[]): MappingNode {
  const own = header.entries.get('inputs')
  const ownEntries = own?.value.kind === 'mapping' ? own.value.entries : new Map<string, MappingEntry>()
  const key = own?.key ?? header.entries.get('include')?.key
  if (!key) return header
  const merged = new Map([...shared.flatMap(definitions => [...definitions]), ...ownEntries])
  return mappingOf(new Map([...header.entries, ['inputs', { key, value: mappingOf(merged, key.place) }]]), header.place)
}
