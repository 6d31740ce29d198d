import {
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml'
import { documentLimits } from './limits.ts'
import type { Place, ScalarNode, SourceText, YamlNode } from './node.ts'
import { readPlainScalar, textScalar } from './scalar.ts'
import { createTreeBuilder, DocumentTooLarge, type TreeBuilder, type YamlMistake } from './tree-builder.ts'

// Text → trees, one for each document. js-yaml reads the syntax, Psych's rules give it meaning.

/** No documents when the text cannot be read as it is meant; then there are mistakes. */
export interface ParsedText {
  readonly documents: readonly YamlNode[]
  readonly mistakes: readonly YamlMistake[]
  readonly nodeCount: number
}

export function parseYaml(source: SourceText): ParsedText {
  if (Buffer.byteLength(source.text) > documentLimits.fileBytes)
    return failed('the file is larger than 1 MiB', { source, offset: 0 })
  try {
    return readEvents(source, parseEvents(source.text, { maxDepth: documentLimits.depth }))
  } catch (error) {
    if (error instanceof YAMLException)
      return failed(syntaxMessage(error.reason), { source, offset: error.mark?.position ?? 0 })
    if (error instanceof DocumentTooLarge) return failed(error.message, error.place)
    throw error
  }
}

function failed(message: string, place: Place): ParsedText {
  return { documents: [], mistakes: [{ message, place }], nodeCount: 0 }
}

function syntaxMessage(reason: string): string {
  return reason.includes('maxDepth') ? 'the document nests deeper than 100 levels' : `invalid YAML: ${reason}`
}

function readEvents(source: SourceText, events: readonly Event[]): ParsedText {
  const mistakes: YamlMistake[] = []
  const complain = (mistake: YamlMistake) => void mistakes.push(mistake)
  const builder = createTreeBuilder(complain)
  // An empty value has no place of its own; it takes that of what stands before it.
  let offset = 0
  for (const event of events) {
    offset = offsetOf(event) ?? offset
    readEvent(event, { source, offset }, builder, complain)
  }
  return { documents: builder.hasUnknownAlias ? [] : builder.documents, mistakes, nodeCount: builder.nodeCount }
}

type Complain = (mistake: YamlMistake) => void

function readEvent(event: Event, place: Place, builder: TreeBuilder, complain: Complain): void {
  switch (event.type) {
    case EVENT_ID.DOCUMENT:
      builder.open('document', place, null)
      break
    case EVENT_ID.SEQUENCE:
    case EVENT_ID.MAPPING: {
      const tag = slice(place.source, event.tagStart, event.tagEnd)
      const isSequence = event.type === EVENT_ID.SEQUENCE
      if (!isKnownTag(tag, isSequence ? ['!reference', '!!seq'] : ['!!map'])) complain(unknownTag(tag, place))
      const kind = isSequence ? (tag === '!reference' ? 'reference' : 'sequence') : 'mapping'
      builder.open(kind, place, slice(place.source, event.anchorStart, event.anchorEnd))
      break
    }
    case EVENT_ID.SCALAR: {
      const tag = slice(place.source, event.tagStart, event.tagEnd)
      const node = readScalar(getScalarValue(place.source.text, event), event, tag, place, complain)
      const isMergeKey = node.type === 'string' && node.text === '<<' && tag !== '!!str'
      builder.addScalar(node, slice(place.source, event.anchorStart, event.anchorEnd), isMergeKey)
      break
    }
    case EVENT_ID.ALIAS:
      builder.addAlias(place.source.text.slice(event.anchorStart, event.anchorEnd), place)
      break
    case EVENT_ID.POP:
      builder.close()
      break
  }
}

function slice(source: SourceText, start: number, end: number): string | null {
  return start === -1 ? null : source.text.slice(start, end)
}

function readScalar(
  text: string,
  event: ScalarEvent,
  tag: string | null,
  place: Place,
  complain: Complain,
): ScalarNode {
  const isPlain = event.style === SCALAR_STYLE.PLAIN
  if (tag === '!!str' || tag === '!' || (!isPlain && tag === null)) return textScalar(text, place)
  if (!isKnownTag(tag, ['!!int', '!!float', '!!bool', '!!null'])) complain(unknownTag(tag, place))
  const reading = readPlainScalar(text, place)
  if (!('refused' in reading)) return reading
  complain({ message: `${reading.refused} (quote '${text}' to make it text)`, place })
  return textScalar(text, place)
}

function offsetOf(event: Event): number | null {
  if ('tagStart' in event && event.tagStart !== -1) return event.tagStart
  if ('anchorStart' in event && event.anchorStart !== -1) return event.anchorStart - 1
  if ('start' in event) return event.start
  if (!('valueStart' in event) || event.valueStart === -1) return null
  const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED
  return isQuoted ? event.valueStart - 1 : event.valueStart
}

function isKnownTag(tag: string | null, known: readonly string[]): boolean {
  return tag === null || tag === '!' || known.includes(tag)
}

function unknownTag(tag: string | null, place: Place): YamlMistake {
  if (tag === '!reference') return { message: '!reference takes a list of names: !reference [job, key]', place }
  return { message: `unknown tag ${tag}: only !reference is known here`, place }
}
