import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml'
import { createWeigher, documentLimits } from './limits.ts'
import type { MappingEntry, Place, ScalarNode, SourceText, YamlNode } from './node.ts'
import { readPlainScalar, textScalar } from './scalar.ts'

// Text → trees, one for each document. js-yaml reads the syntax; what the events mean is Psych's: later duplicate keys
// win, and `<<` merges in place, so that it overrides what stands before it.

export interface ParsedText {
  readonly documents: readonly YamlNode[]
  readonly mistakes: readonly YamlMistake[]
}

export interface YamlMistake {
  readonly message: string
  readonly place: Place
}

export function parseYaml(source: SourceText): ParsedText {
  if (Buffer.byteLength(source.text) > documentLimits.fileBytes)
    return failed('the file is larger than 1 MiB', { source, offset: 0 })
  try {
    return buildDocuments(source, parseEvents(source.text, { maxDepth: documentLimits.depth }))
  } catch (error) {
    if (error instanceof YAMLException)
      return failed(syntaxMessage(error.reason), { source, offset: error.mark?.position ?? 0 })
    if (error instanceof DocumentTooLarge) return failed(error.message, error.place)
    throw error
  }
}

class DocumentTooLarge extends Error {
  readonly place: Place
  constructor(message: string, place: Place) {
    super(message)
    this.place = place
  }
}

function failed(message: string, place: Place): ParsedText {
  return { documents: [], mistakes: [{ message, place }] }
}

function syntaxMessage(reason: string): string {
  return reason.includes('maxDepth') ? 'the document nests deeper than 100 levels' : `invalid YAML: ${reason}`
}

type Frame =
  | { readonly kind: 'document'; root: YamlNode | null; readonly place: Place; readonly anchor: null }
  | {
      readonly kind: 'sequence' | 'reference'
      readonly items: YamlNode[]
      readonly place: Place
      readonly anchor: string | null
    }
  | {
      readonly kind: 'mapping'
      readonly entries: Map<string, MappingEntry>
      key: ScalarNode | null
      keyIsMerge: boolean
      readonly place: Place
      readonly anchor: string | null
    }

function buildDocuments(source: SourceText, events: readonly Event[]): ParsedText {
  const documents: YamlNode[] = []
  const mistakes: YamlMistake[] = []
  const frames: Frame[] = []
  const weigher = createWeigher()
  let anchors = new Map<string, YamlNode>()
  let mergedKeys = 0
  let lastOffset = 0

  const complain = (message: string, place: Place) => void mistakes.push({ message, place })
  const textBetween = (start: number, end: number) => (start === -1 ? null : source.text.slice(start, end))

  for (const event of events) {
    const place = { source, offset: offsetOf(event) ?? lastOffset }
    lastOffset = place.offset
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        anchors = new Map()
        frames.push({ kind: 'document', root: null, place, anchor: null })
        break
      case EVENT_ID.SEQUENCE: {
        const tag = textBetween(event.tagStart, event.tagEnd)
        if (!isKnownTag(tag, ['!reference', '!!seq'])) complain(unknownTag(tag), place)
        const anchor = textBetween(event.anchorStart, event.anchorEnd)
        frames.push({ kind: tag === '!reference' ? 'reference' : 'sequence', items: [], place, anchor })
        break
      }
      case EVENT_ID.MAPPING: {
        const tag = textBetween(event.tagStart, event.tagEnd)
        if (!isKnownTag(tag, ['!!map'])) complain(unknownTag(tag), place)
        const anchor = textBetween(event.anchorStart, event.anchorEnd)
        frames.push({ kind: 'mapping', entries: new Map(), key: null, keyIsMerge: false, place, anchor })
        break
      }
      case EVENT_ID.SCALAR: {
        const tag = textBetween(event.tagStart, event.tagEnd)
        const node = readScalar(getScalarValue(source.text, event), event.style === SCALAR_STYLE.PLAIN, tag, place)
        const anchor = textBetween(event.anchorStart, event.anchorEnd)
        if (anchor !== null) anchors.set(anchor, node)
        add(node, node.type === 'string' && node.text === '<<' && tag !== '!!str')
        break
      }
      case EVENT_ID.ALIAS: {
        const name = source.text.slice(event.anchorStart, event.anchorEnd)
        const node = anchors.get(name)
        if (!node) complain(`Unknown alias: ${name}`, place)
        add(node ?? textScalar('', place), false)
        break
      }
      case EVENT_ID.POP:
        close(frames.pop())
        break
    }
  }
  return { documents, mistakes }

  function readScalar(text: string, isPlain: boolean, tag: string | null, place: Place): ScalarNode {
    if (tag === '!!str' || tag === '!' || (!isPlain && tag === null)) return textScalar(text, place)
    if (!isKnownTag(tag, ['!!int', '!!float', '!!bool', '!!null'])) complain(unknownTag(tag), place)
    const reading = readPlainScalar(text, place)
    if (!('refused' in reading)) return reading
    complain(`${reading.refused} (quote '${text}' to make it text)`, place)
    return textScalar(text, place)
  }

  function close(frame: Frame | undefined): void {
    if (!frame) return
    if (frame.kind === 'document') {
      documents.push(frame.root ?? { kind: 'scalar', type: 'null', value: null, text: '', place: frame.place })
      return
    }
    const { place } = frame
    const node: YamlNode =
      frame.kind === 'mapping'
        ? { kind: 'mapping', entries: frame.entries, place }
        : { kind: frame.kind, items: frame.items, place }
    const exceeded = weigher.exceeded(node)
    if (exceeded !== null) throw new DocumentTooLarge(exceeded, place)
    if (frame.anchor !== null) anchors.set(frame.anchor, node)
    add(node, false)
  }

  function add(node: YamlNode, mayBeMergeKey: boolean): void {
    const frame = frames[frames.length - 1]
    if (!frame) return
    if (frame.kind === 'document') frame.root = node
    else if (frame.kind !== 'mapping') frame.items.push(node)
    else if (frame.key === null) {
      frame.key = keyOf(node)
      frame.keyIsMerge = mayBeMergeKey
    } else {
      if (!frame.keyIsMerge || !merge(frame.entries, node)) setEntry(frame.entries, frame.key, node)
      frame.key = null
    }
  }

  function keyOf(node: YamlNode): ScalarNode {
    if (node.kind === 'scalar') return node
    complain('a key must be a single word or text, not a list or a map', node.place)
    return textScalar(`(${node.kind})`, node.place)
  }

  function merge(entries: Map<string, MappingEntry>, node: YamlNode): boolean {
    const parts = node.kind === 'sequence' ? [...node.items].reverse() : [node]
    if (!parts.every(part => part.kind === 'mapping')) return false
    const merged = new Map<string, MappingEntry>()
    for (const part of parts) {
      mergedKeys += part.entries.size
      if (mergedKeys > documentLimits.mergedKeys)
        throw new DocumentTooLarge('too many keys are merged by `<<`', node.place)
      for (const entry of part.entries.values()) setEntry(merged, entry.key, entry.value)
    }
    for (const entry of merged.values()) setEntry(entries, entry.key, entry.value)
    return true
  }
}

/** A later value takes the place of an earlier one, but not its position in the order. */
function setEntry(entries: Map<string, MappingEntry>, key: ScalarNode, value: YamlNode): void {
  entries.set(key.text, { key, value })
}

function offsetOf(event: Event): number | null {
  if ('tagStart' in event && event.tagStart !== -1) return event.tagStart
  if ('anchorStart' in event && event.anchorStart !== -1) return event.anchorStart - 1
  if ('start' in event) return event.start
  if ('valueStart' in event && event.valueStart !== -1)
    return isQuoted(event.style) ? event.valueStart - 1 : event.valueStart
  return null
}

function isQuoted(style: number): boolean {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED
}

function isKnownTag(tag: string | null, known: readonly string[]): boolean {
  return tag === null || tag === '!' || known.includes(tag)
}

function unknownTag(tag: string | null): string {
  return `unknown tag ${tag}: only !reference is known here`
}
