// A small, forgiving reader of XML, enough for reports. No entity but the five and numbers is known, and nothing outside
// the text is ever read, so no document can reach files or grow. PURE.

export type XmlElement = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** The text directly inside, CDATA included. */
  readonly text: string
}

type OpenElement = { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }

const maximumDepth = 100
const token =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*(?:\[[\s\S]*?\])?[^>]*>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=>/]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/y
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/**
 * The root elements: one, or several when documents stand one behind the other.
 * @throws SyntaxError with the line of the mistake
 */
export function parseXml(document: string): readonly XmlElement[] {
  const text = document.replace(/^\ufeff/, '')
  const top: OpenElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [top]
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const match = token.exec(text)
    if (match === null) throw mistake(text, at, 'this is no XML')
    take(match, open, message => mistake(text, at, message))
  }
  if (open.length > 1) throw mistake(text, text.length, `<${open.at(-1)?.name}> is not closed`)
  if (top.children.length === 0) throw mistake(text, 0, 'there is no element')
  return top.children
}

function take(match: RegExpExecArray, open: OpenElement[], fail: (message: string) => SyntaxError): void {
  const [, data, closed, opened, attributes, isEmpty, text] = match
  const current = open.at(-1) as OpenElement
  if (data !== undefined) current.text += data
  else if (text !== undefined) current.text += decode(text)
  else if (closed !== undefined) {
    if (current.name !== closed || open.length === 1) throw fail(`</${closed}> closes nothing`)
    open.pop()
  } else if (opened !== undefined) {
    const element = { name: opened, attributes: readAttributes(attributes ?? ''), children: [], text: '' }
    current.children.push(element)
    if (isEmpty === '/') return
    if (open.length > maximumDepth) throw fail('the elements are too deep')
    open.push(element)
  }
}

function readAttributes(text: string): Record<string, string> {
  const found: Record<string, string> = Object.create(null)
  for (const [, name, quoted, single] of text.matchAll(attribute))
    if (name !== undefined) found[name] = decode(quoted ?? single ?? '')
  return found
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w{1,8}));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function mistake(text: string, at: number, message: string): SyntaxError {
  const line = text.slice(0, at).split('\n').length
  return new SyntaxError(`line ${line}: ${message}`)
}
