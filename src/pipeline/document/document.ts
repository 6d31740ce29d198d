import type { Diagnostics } from '../diagnostics.ts'
import { isNull, type MappingNode, type SourceText, type YamlNode } from '../yaml/node.ts'
import { parseYaml } from '../yaml/parse.ts'

/** A file's header (`spec:`), if it has one, and its configuration. */
export interface PipelineDocument {
  readonly header: YamlNode | null
  readonly root: MappingNode
  /** With every alias written out. */
  readonly nodeCount: number
}

/** Reads one file; what is wrong with it goes to the diagnostics, and null comes back. */
export function readDocument(source: SourceText, diagnostics: Diagnostics): PipelineDocument | null {
  const { documents, mistakes, nodeCount } = parseYaml(source)
  for (const mistake of mistakes) diagnostics.error(mistake.message, '', mistake.place)
  if (documents.length === 0 && mistakes.length > 0) return null

  const [first, second] = documents
  const hasHeader = first?.kind === 'mapping' && first.entries.has('spec') && second !== undefined
  const header = hasHeader ? (first.entries.get('spec')?.value ?? null) : null
  if (hasHeader) refuseMore(first, diagnostics)
  const root = hasHeader ? second : first
  const place = root?.place ?? { source, offset: 0 }
  if (!root || isNull(root)) {
    diagnostics.error(`Please provide content of ${source.file}`, '', place)
    return null
  }
  if (root.kind !== 'mapping') {
    diagnostics.error('Invalid configuration format: the root should be a map of jobs and settings', '', place)
    return null
  }
  return { header, root, nodeCount }
}

/** A job in the header would be lost without a word. */
function refuseMore(header: MappingNode, diagnostics: Diagnostics): void {
  for (const [name, { key }] of header.entries)
    if (name !== 'spec')
      diagnostics.error(
        `header config contains unknown keys: ${name} (it stands below the line of '---')`,
        name,
        key.place,
      )
}
