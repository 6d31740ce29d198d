// A push, from its first byte to the answer: the head is read and asked about, git receives the pack, and only when what
// follows from the push is stored does the client hear that it succeeded.
//
//   head ─ may they? ─ no ─→ drain ─→ `ng` for every ref
//          │ yes
//          ▼
//   git receive-pack (one at a time in a repository) ─ its messages pass, its report is held
//          ▼
//   onPush (pipelines) ─→ `remote: …` ─→ the report
import type { Readable, Writable } from 'node:stream'
import { execa } from 'execa'
import type { Actor } from '../access/model.ts'
import type { Access, ProjectAccess, RefChange } from '../access/ports.ts'
import { createLineReader, encodeBand, flush, type PktLine } from './pkt-line.ts'
import type { PushReactions, RefUpdate } from './ports.ts'
import {
  encodeReport,
  hasReport,
  hasSideBand,
  noCommit,
  type PushCommand,
  type PushHead,
  parsePushHead,
  refNameOf,
  refsChanged,
  refusePush,
  remoteLines,
} from './push.ts'
import type { Repositories } from './repositories.ts'

export type ReceiveDeps = {
  readonly access: Access
  readonly repositories: Repositories
  readonly reactions: PushReactions
  readonly onBug: (error: unknown, what: string) => void
  /** Bounds what a push may bring, unpacked size aside. */
  readonly mostPackBytes: number
}

export type PushRequest = {
  readonly actor: Actor
  readonly access: ProjectAccess
  readonly folder: string
  /** Unzipped. */
  readonly body: Readable
  readonly answer: Writable
  /** Waits for the repository's turn. */
  readonly inTurn: <T>(action: () => Promise<T>) => Promise<T>
}

/** Answers a `POST git-receive-pack`. Throws `MalformedPush` before anything is written. */
export async function receivePush(deps: ReceiveDeps, request: PushRequest): Promise<void> {
  const { head, bytes, rest } = await readHead(request.body)
  if (head.commands.length === 0) {
    await drain(rest)
    request.answer.end()
    return
  }
  const refusals = await findRefusals(deps, request, head)
  if (refusals.size > 0) {
    await drain(rest)
    request.answer.end(refusePush(head, refusals, [...new Set(refusals.values())]))
    return
  }
  // What follows from a push has its turn too, so that pipelines come in the order of the pushes.
  const answer = await request.inTurn(async () => {
    const received = await runReceivePack(deps, request, head, bytes, rest)
    const lines = received.changes.length === 0 ? [] : await react(deps, request, head, received.changes)
    const report = encodeReport(received.report)
    return hasSideBand(head)
      ? Buffer.concat([remoteLines([...lines, ...received.hints]), encodeBand(1, report), flush])
      : report
  })
  request.answer.end(answer)
}

export class MalformedPush extends Error {}

type Opening = { readonly head: PushHead; readonly bytes: Buffer; readonly rest: AsyncIterator<Buffer> }

async function readHead(body: Readable): Promise<Opening> {
  const rest = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  let bytes = Buffer.alloc(0)
  for (;;) {
    const next = await rest.next()
    if (next.done === true) throw new MalformedPush('the push ended before its list of refs did')
    bytes = Buffer.concat([bytes, next.value])
    const head = parsePushHead(bytes)
    if (head === 'incomplete') continue
    if ('malformed' in head) throw new MalformedPush(head.malformed)
    return { head, bytes, rest }
  }
}

/** What may not be pushed, with the reason; one such ref refuses the whole push. */
async function findRefusals(
  deps: ReceiveDeps,
  request: PushRequest,
  head: PushHead,
): Promise<ReadonlyMap<string, string>> {
  const refusals = new Map<string, string>()
  for (const command of head.commands) {
    const ref = refNameOf(command.ref)
    if (ref === null) {
      refusals.set(command.ref, 'only branches and tags with valid names can be pushed')
      continue
    }
    const decision = await deps.access.mayPush(request.actor, request.access, { ...ref, change: changeOf(command) })
    if (!decision.allowed) refusals.set(command.ref, decision.reason)
  }
  return refusals
}

function changeOf({ before, after }: PushCommand): RefChange['change'] {
  if (after === noCommit) return 'delete'
  // Whether an update is forced shows only when its commits are here: git itself refuses it then.
  return before === noCommit ? 'create' : 'update'
}

type Received = {
  readonly report: readonly PktLine[]
  readonly changes: readonly RefUpdate[]
  readonly hints: readonly string[]
}

async function runReceivePack(
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
  const child = execa('git', args, { ...repositories.git.options(), buffer: false, stderr: 'ignore' })
  child.stdin.on('error', () => {}) // git ended early; its report says why
  const output = collectReport(child.stdout, head, request.answer)
  await feed(child.stdin, bytes, rest)
  const [report] = await Promise.all([output, child])
  const changed = hasReport(head) ? refsChanged(report) : await refsAsWanted(deps, request, head)
  const changes = head.commands.filter(command => changed.has(command.ref) && command.before !== command.after)
  return { report, changes: changes.flatMap(toUpdate), hints: guarded === null ? [] : forceHints(report, guarded) }
}

function toUpdate({ ref, before, after }: PushCommand): readonly RefUpdate[] {
  const name = refNameOf(ref)
  return name === null ? [] : [{ ref: name, before, after }]
}

/** A client that asks for no report: see for ourselves. */
async function refsAsWanted(deps: ReceiveDeps, request: PushRequest, head: PushHead): Promise<ReadonlySet<string>> {
  const found = await deps.repositories.refs(request.access.project.id)
  const targets = new Map(
    found.map(({ ref, target }) => [`refs/${ref.kind === 'branch' ? 'heads' : 'tags'}/${ref.name}`, target]),
  )
  const isDone = ({ ref, after }: PushCommand) => (targets.get(ref) ?? noCommit) === after
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
async function drain(rest: AsyncIterator<Buffer>): Promise<void> {
  try {
    while ((await rest.next()).done !== true);
  } catch {
    // The client went away: there is nobody to answer.
  }
}

async function react(
  deps: ReceiveDeps,
  { actor, access }: PushRequest,
  head: PushHead,
  changes: readonly RefUpdate[],
): Promise<readonly string[]> {
  const { project } = access
  try {
    await adoptFirstBranch(deps, project.id, project.defaultBranch, changes)
    return await deps.reactions.onPush({ project, actor, changes, pushOptions: head.pushOptions })
  } catch (error) {
    // The refs have changed: the push succeeded. Recovery finds refs without their pipelines.
    deps.onBug(error, `what follows from a push to project ${project.id}`)
    return ['The push has arrived, but its pipeline could not be created yet.']
  }
}

async function adoptFirstBranch(
  deps: ReceiveDeps,
  projectId: number,
  defaultBranch: string,
  changes: readonly RefUpdate[],
): Promise<void> {
  const branches = changes.filter(change => change.ref.kind === 'branch' && change.after !== noCommit)
  const first = branches.find(change => change.ref.name === 'main' || change.ref.name === 'master') ?? branches[0]
  if (first === undefined) return
  const { repositories, reactions } = deps
  if (branches.some(change => change.ref.name === defaultBranch && change.before === noCommit)) {
    return repositories.setDefaultBranch(projectId, defaultBranch)
  }
  if ((await repositories.resolve(projectId, { kind: 'branch', name: defaultBranch })) !== null) return
  await repositories.setDefaultBranch(projectId, first.ref.name)
  await reactions.onFirstBranch(projectId, first.ref.name)
}
