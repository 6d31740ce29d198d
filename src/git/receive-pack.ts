// git receive-pack as a process: fed with the push, its answer taken apart.
import type { Readable, Writable } from 'node:stream'
import { createLineReader, encodeBand, type PktLine } from './pkt-line.ts'
import type { RefUpdate } from './ports.ts'
import {
  changeOf,
  fullRefName,
  hasReport,
  hasSideBand,
  noCommit,
  type PushHead,
  refNameOf,
  refsChanged,
  updatesOf,
} from './push.ts'
import type { PushRequest, ReceiveDeps } from './push-request.ts'

type Received = {
  readonly report: readonly PktLine[]
  readonly changes: readonly RefUpdate[]
  readonly hints: readonly string[]
}

/** Runs git over the push; its messages go to the client at once, its report to the caller. */
export async function runReceivePack(
  deps: ReceiveDeps,
  request: PushRequest,
  head: PushHead,
  bytes: Buffer,
  rest: AsyncIterator<Buffer>,
): Promise<Received> {
  const { repositories } = deps
  const guarded = await findUnforceable(deps, request, head)
  const settings = [
    '-c',
    `receive.maxInputSize=${deps.mostPackBytes}`,
    '-c',
    `receive.denyNonFastForwards=${guarded !== null}`,
  ]
  const args = [...settings, '--git-dir', request.folder, 'receive-pack', '--stateless-rpc', request.folder]
  const child = repositories.git.start(args)
  const output = collectReport(child.stdout, head, request.answer)
  await feed(child.stdin, bytes, rest)
  const [report] = await Promise.all([output, child.ended])
  const changed = hasReport(head) ? refsChanged(report) : await refsAsWanted(deps, request, head)
  const changes = head.commands.filter(command => changed.has(command.ref) && command.before !== command.after)
  return { report, changes: updatesOf(changes), hints: guarded === null ? [] : forceHints(report, guarded) }
}

/** A client that asks for no report: see for ourselves. */
async function refsAsWanted(deps: ReceiveDeps, request: PushRequest, head: PushHead): Promise<ReadonlySet<string>> {
  const found = await deps.repositories.refs(request.access.project.id)
  const targets = new Map(found.map(({ ref, target }) => [fullRefName(ref), target]))
  const isDone = ({ ref, after }: PushHead['commands'][number]) => (targets.get(ref) ?? noCommit) === after
  return new Set(head.commands.filter(isDone).map(command => command.ref))
}

/** A branch of this push that must not be forced. git itself sees to it, since it alone can tell; then for the whole push. */
async function findUnforceable(
  deps: ReceiveDeps,
  { actor, access }: PushRequest,
  head: PushHead,
): Promise<string | null> {
  for (const command of head.commands) {
    const ref = refNameOf(command.ref)
    if (ref?.kind !== 'branch' || changeOf(command) !== 'update') continue
    const decision = await deps.access.mayPush(actor, access, { ...ref, change: 'force' })
    if (!decision.allowed) return ref.name
  }
  return null
}

function forceHints(report: readonly PktLine[], guarded: string): readonly string[] {
  const isRefused = report.some(line => line.kind === 'data' && line.bytes.toString().endsWith(' non-fast-forward\n'))
  return isRefused ? [`A push that changes the protected branch ${guarded} must not force any branch.`] : []
}

/** Passes git's messages on at once, and keeps its report. */
async function collectReport(stdout: Readable, head: PushHead, answer: Writable): Promise<readonly PktLine[]> {
  const readOuter = createLineReader()
  const readInner = createLineReader()
  const report: PktLine[] = []
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    for (const line of readOuter(chunk)) {
      if (!hasSideBand(head)) report.push(line)
      else if (line.kind === 'data' && line.bytes[0] === 1) report.push(...readInner(line.bytes.subarray(1)))
      else if (line.kind === 'data' && !answer.destroyed)
        answer.write(encodeBand(line.bytes[0] === 3 ? 3 : 2, line.bytes.subarray(1)))
    }
  }
  return report
}

async function feed(stdin: Writable, first: Buffer, rest: AsyncIterator<Buffer>): Promise<void> {
  let chunk = first
  try {
    for (;;) {
      if (stdin.destroyed) break
      if (!stdin.write(chunk)) await drained(stdin)
      const next = await rest.next()
      if (next.done === true) break
      chunk = next.value
    }
    stdin.end()
  } catch {
    // The client went away in the middle: git sees the end of the pack too early, and changes nothing.
    stdin.destroy()
  }
  await drain(rest)
}

async function drained(stdin: Writable): Promise<void> {
  await new Promise<void>(resolve => {
    const done = () => {
      stdin.off('drain', done)
      stdin.off('close', done)
      resolve()
    }
    stdin.on('drain', done)
    stdin.on('close', done)
  })
}

/** Reads what the client still sends, so that it gets to reading the answer. */
export async function drain(rest: AsyncIterator<Buffer>): Promise<void> {
  try {
    while ((await rest.next()).done !== true);
  } catch {
    // The client went away: there is nobody to answer.
  }
}
