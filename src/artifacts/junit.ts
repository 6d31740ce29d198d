// Test reports in JUnit's XML, as its many writers write it. PURE.
import { messageOf } from '../kit/errors.ts'
import { parseXml, type XmlElement } from './xml.ts'

export const testStatuses = ['success', 'failed', 'skipped', 'error'] as const
export type TestStatus = (typeof testStatuses)[number]

export type TestCase = {
  readonly status: TestStatus
  readonly name: string
  readonly className: string
  readonly suiteName: string
  readonly file: string | null
  readonly seconds: number
  /** What the failure says, or what the test printed. */
  readonly output: string | null
  readonly stackTrace: string | null
}

/** `mistake`: the file could not be read; its cases are missing. */
export type JunitReport = { readonly cases: readonly TestCase[]; readonly mistake: string | null }

export function parseJunit(xml: string): JunitReport {
  try {
    const cases = parseXml(xml)
      .filter(root => root.name === 'testsuites' || root.name === 'testsuite')
      .flatMap(root => casesOf(root, ''))
    return { cases: withoutRepeats(cases), mistake: null }
  } catch (error) {
    return { cases: [], mistake: `JUnit XML parsing failed: ${messageOf(error)}` }
  }
}

function casesOf(element: XmlElement, suiteName: string): readonly TestCase[] {
  return element.children.flatMap(child => {
    if (child.name === 'testsuite') return casesOf(child, child.attributes.name ?? suiteName)
    if (child.name === 'testcase') return [toCase(child, element.attributes.name ?? suiteName, element.attributes.file)]
    return []
  })
}

function toCase(element: XmlElement, suiteName: string, suiteFile: string | undefined): TestCase {
  const { attributes } = element
  const [status, cause] = resultOf(element)
  const printed = childText(element, 'system-out') ?? childText(element, 'system-err')
  const told = cause === undefined ? null : joined(cause.attributes.message, cause.text)
  return {
    status,
    name: attributes.name ?? '',
    className: attributes.classname ?? '',
    suiteName,
    file: attributes.file ?? suiteFile ?? null,
    seconds: secondsOf(attributes.time),
    output: told ?? printed ?? null,
    stackTrace: status === 'error' ? (cause?.text.trim() ?? null) : null,
  }
}

function resultOf(element: XmlElement): readonly [TestStatus, XmlElement | undefined] {
  for (const [name, status] of [
    ['failure', 'failed'],
    ['error', 'error'],
    ['skipped', 'skipped'],
  ] as const) {
    const cause = element.children.find(child => child.name === name)
    if (cause !== undefined) return [status, cause]
  }
  return ['success', undefined]
}

function childText(element: XmlElement, name: string): string | null {
  const text = element.children.find(child => child.name === name)?.text.trim()
  return text === undefined || text === '' ? null : text
}

function joined(message: string | undefined, text: string): string | null {
  const parts = [message?.trim() ?? '', text.trim()].filter(part => part !== '')
  if (parts.length === 0) return null
  return parts[1]?.startsWith(parts[0] ?? '') === true ? (parts[1] ?? null) : parts.join('\n')
}

/** `1,234.5` occurs. */
function secondsOf(text: string | undefined): number {
  const seconds = Number((text ?? '').replaceAll(',', ''))
  return Number.isFinite(seconds) ? seconds : 0
}

/** The same test told twice counts once, as its last telling. */
function withoutRepeats(cases: readonly TestCase[]): readonly TestCase[] {
  const byIdentity = new Map(
    cases.map(each => [[each.suiteName, each.className, each.name, each.file].join('\0'), each]),
  )
  return [...byIdentity.values()]
}
