// What a push says (gitprotocol-pack, "Pushing Data To a Server") and what is answered to it. Pure.
//
//   request   (shallow line)* command+ flush  [push-option* flush]  pack
//   command   <before> SP <after> SP <ref> [NUL capabilities]
//   answer    unpack line, then `ok <ref>` or `ng <ref> <reason>` for each command, flush; on band 1 of a side-band
import { encodeBand, encodeBytes, encodeLine, flush, type PktLine, readLine } from './pkt-line.ts'

export const noCommit = '0'.repeat(40)

export type PushCommand = { readonly ref: string; readonly before: string; readonly after: string }

export type PushHead = {
  /** None: a probe, which git sends before a big push to see whether it may. */
  readonly commands: readonly PushCommand[]
  readonly capabilities: ReadonlySet<string>
  readonly pushOptions: readonly string[]
  /** Where the pack starts. */
  readonly sizeBytes: number
}

const mostHeadBytes = 4 * 1024 * 1024
const mostPushOptions = 100

/** The head of a push, as soon as all of it is there. `malformed` tells what was expected. */
export function parsePushHead(bytes: Buffer): PushHead | 'incomplete' | { readonly malformed: string } {
  const lines = linesUntilFlush(bytes, 0)
  if (lines === 'incomplete' || 'malformed' in lines) return lines
  const commands: PushCommand[] = []
  let capabilities: ReadonlySet<string> = new Set()
  for (const line of lines.lines) {
    if (line.startsWith('shallow ')) continue
    const [text = '', listed] = line.split('\0', 2)
    if (commands.length === 0) capabilities = new Set((listed ?? '').split(' ').filter(word => word !== ''))
    const command = parseCommand(text)
    if (command === null) return { malformed: 'expected "<old> <new> <ref>" in every command of the push' }
    commands.push(command)
  }
  if (!capabilities.has('push-options')) return { commands, capabilities, pushOptions: [], sizeBytes: lines.next }
  const options = linesUntilFlush(bytes, lines.next)
  if (options === 'incomplete' || 'malformed' in options) return options
  if (options.lines.length > mostPushOptions) return { malformed: `expected at most ${mostPushOptions} push options` }
  return { commands, capabilities, pushOptions: options.lines, sizeBytes: options.next }
}

export type RefName = { readonly kind: 'branch' | 'tag'; readonly name: string }

/** The branch or tag of a full ref name; null for anything else, and for names that git does not allow. */
export function refNameOf(ref: string): RefName | null {
  const match = /^refs\/(heads|tags)\/(.+)$/s.exec(ref)
  if (match === null || !isRefName(match[2] ?? '')) return null
  return { kind: match[1] === 'heads' ? 'branch' : 'tag', name: match[2] ?? '' }
}

export function fullRefName(ref: RefName): string {
  return `refs/${ref.kind === 'branch' ? 'heads' : 'tags'}/${ref.name}`
}

/** The rules of git-check-ref-format(1). */
export function isRefName(name: string): boolean {
  if (name.length === 0 || name.length > 1000 || name === '@' || name.startsWith('-')) return false
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|^\/|\/$/.test(name)) return false
  return name.split('/').every(part => !part.startsWith('.') && !part.endsWith('.lock'))
}

/** What a command wants. Whether an update is forced shows only when its commits are here: git itself refuses it then. */
export function changeOf({ before, after }: PushCommand): 'create' | 'update' | 'delete' {
  if (after === noCommit) return 'delete'
  return before === noCommit ? 'create' : 'update'
}

/** The commands about branches and tags. */
export function updatesOf(
  commands: readonly PushCommand[],
): readonly { readonly ref: RefName; readonly before: string; readonly after: string }[] {
  return commands.flatMap(({ ref, before, after }) => {
    const name = refNameOf(ref)
    return name === null ? [] : [{ ref: name, before, after }]
  })
}

/** The whole answer to a push that is refused before git sees it: every ref, each with its reason. */
export function refusePush(head: PushHead, reasons: ReadonlyMap<string, string>, messages: readonly string[]): Buffer {
  const others = 'refused together with another ref'
  const report = Buffer.concat([
    encodeLine('unpack ok'),
    ...head.commands.map(({ ref }) => encodeLine(`ng ${ref} ${oneLine(reasons.get(ref) ?? others)}`)),
    flush,
  ])
  if (!hasReport(head)) return Buffer.alloc(0)
  if (!hasSideBand(head)) return report
  return Buffer.concat([remoteLines(messages), encodeBand(1, report), flush])
}

/** Lines that git shows as `remote: …`. */
export function remoteLines(messages: readonly string[]): Buffer {
  return Buffer.concat(messages.map(message => encodeBand(2, Buffer.from(`${oneLine(message)}\n`))))
}

export function hasSideBand(head: PushHead): boolean {
  return head.capabilities.has('side-band-64k')
}

export function hasReport(head: PushHead): boolean {
  return head.capabilities.has('report-status') || head.capabilities.has('report-status-v2')
}

/** The refs that git says it has changed. */
export function refsChanged(report: readonly PktLine[]): ReadonlySet<string> {
  const texts = report.map(line => (line.kind === 'data' ? line.bytes.toString().replace(/\n$/, '') : ''))
  return new Set(texts.filter(text => text.startsWith('ok ')).map(text => text.slice(3)))
}

/** A line of data as it goes over the wire. */
export function encodeReport(report: readonly PktLine[]): Buffer {
  return Buffer.concat(report.map(line => (line.kind === 'data' ? encodeBytes(line.bytes) : flush)))
}

function linesUntilFlush(
  bytes: Buffer,
  start: number,
): { readonly lines: readonly string[]; readonly next: number } | 'incomplete' | { readonly malformed: string } {
  const lines: string[] = []
  let from = start
  for (;;) {
    const read = readLine(bytes, from)
    if (read === 'malformed') return { malformed: 'expected a pkt-line' }
    if (read === 'incomplete')
      return bytes.length > mostHeadBytes ? { malformed: 'the list of refs is too long' } : 'incomplete'
    from = read.next
    if (read.line.kind === 'flush') return { lines, next: from }
    if (read.line.kind !== 'data') return { malformed: 'expected a command or a flush' }
    lines.push(read.line.bytes.toString('utf8').replace(/\n$/, ''))
  }
}

function parseCommand(text: string): PushCommand | null {
  const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/s.exec(text)
  const [, before, after, ref] = match ?? []
  return before === undefined || after === undefined || ref === undefined ? null : { before, after, ref }
}

function oneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]+/g, ' ')
}
