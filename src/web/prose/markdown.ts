// Reads the Markdown of our own documents, and of the notes of releases, into plain data; what it does not know stays text.

export type Inline =
  | { readonly kind: 'text' | 'code' | 'strong' | 'emphasis'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }

export type Block =
  | {
      readonly kind: 'heading'
      readonly level: number
      /** To link to it, where the text is the whole page. */
      readonly id: string | undefined
      readonly content: readonly Inline[]
    }
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly isOrdered: boolean; readonly items: readonly (readonly Inline[])[] }
  | {
      readonly kind: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }
  | { readonly kind: 'quote'; readonly content: readonly Inline[] }

export function parseMarkdown(source: string): readonly Block[] {
  const lines = source.replaceAll('\r\n', '\n').split('\n')
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    const read = readBlock(lines, at)
    if (read.block !== null) blocks.push(read.block)
    at = read.next
  }
  return blocks
}

type Read = { readonly block: Block | null; readonly next: number }

function readBlock(lines: readonly string[], at: number): Read {
  const line = lines[at] ?? ''
  if (line.trim() === '') return { block: null, next: at + 1 }
  if (/^\s*```/.test(line)) return readCode(lines, at)
  const heading = /^(#{1,6})\s+(.*)$/.exec(line)
  if (heading !== null) return { block: headingOf(heading[1]?.length ?? 1, heading[2] ?? ''), next: at + 1 }
  if (line.startsWith('|') && /^\|?[\s:|-]+\|?$/.test(lines[at + 1] ?? '')) return readTable(lines, at)
  if (isItem(line)) return readList(lines, at)
  if (line.startsWith('>'))
    return readWhile(
      lines,
      at,
      each => each.startsWith('>'),
      text => ({ kind: 'quote', content: parseInline(text.replace(/^>\s?/gm, '').replaceAll('\n', ' ')) }),
    )
  return readWhile(lines, at, isParagraph, text => ({
    kind: 'paragraph',
    content: parseInline(text.replaceAll('\n', ' ')),
  }))
}

function readCode(lines: readonly string[], at: number): Read {
  let end = at + 1
  while (end < lines.length && !/^\s*```/.test(lines[end] ?? '')) end += 1
  return { block: { kind: 'code', text: lines.slice(at + 1, end).join('\n') }, next: end + 1 }
}

function headingOf(level: number, text: string): Block {
  const id = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replace(/\s+/g, '-')
  return { kind: 'heading', level, id, content: parseInline(text) }
}

function readTable(lines: readonly string[], at: number): Read {
  let end = at + 2
  while (end < lines.length && (lines[end] ?? '').startsWith('|')) end += 1
  const [head = [], ...rows] = [lines[at] ?? '', ...lines.slice(at + 2, end)].map(cellsOf)
  return { block: { kind: 'table', head, rows }, next: end }
}

/** A `|` inside code or after a backslash parts no cells. */
function cellsOf(line: string): readonly (readonly Inline[])[] {
  const cells =
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .match(/(?:`[^`]*`|\\.|[^|])+/g) ?? []
  return cells.map(cell => parseInline(cell.trim().replaceAll('\\|', '|')))
}

function isItem(line: string): boolean {
  return /^\s*(?:[-*+]|\d+[.)])\s+/.test(line)
}

function readList(lines: readonly string[], at: number): Read {
  const items: string[] = []
  let end = at
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? ''
    if (isItem(line)) items.push(line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, ''))
    else if (/^\s+\S/.test(line)) items.push(`${items.pop() ?? ''} ${line.trim()}`)
    else break
  }
  return {
    block: { kind: 'list', isOrdered: /^\s*\d/.test(lines[at] ?? ''), items: items.map(parseInline) },
    next: end,
  }
}

function isParagraph(line: string): boolean {
  return line.trim() !== '' && !/^(#{1,6}\s|\s*```|>|\|)/.test(line) && !isItem(line)
}

function readWhile(
  lines: readonly string[],
  at: number,
  belongs: (line: string) => boolean,
  make: (text: string) => Block,
): Read {
  let end = at + 1
  while (end < lines.length && belongs(lines[end] ?? '')) end += 1
  return { block: make(lines.slice(at, end).join('\n')), next: end }
}

const inlinePattern = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g

export function parseInline(text: string): readonly Inline[] {
  const parts: Inline[] = []
  let at = 0
  for (const match of text.matchAll(inlinePattern)) {
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) })
    parts.push(inlineOf(match))
    at = match.index + match[0].length
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) })
  return parts
}

function inlineOf(match: RegExpExecArray | RegExpMatchArray): Inline {
  const [, code, strong, emphasis, label, href] = match
  if (code !== undefined) return { kind: 'code', text: code }
  if (strong !== undefined) return { kind: 'strong', text: strong }
  if (emphasis !== undefined) return { kind: 'emphasis', text: emphasis }
  return { kind: 'link', text: label ?? '', href: href ?? '' }
}
