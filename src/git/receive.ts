// A push, from its first byte to the answer: the head is read and asked about, git receives the pack, and only when what
// follows from the push is stored does the client hear that it succeeded.
//
//   head ─ may they? ─ no ─→ drain ─→ `ng` for every ref
//          │ yes
//          ▼
//   git receive-pack (one at a time in a repository) ─ its messages pass, its report is held
//          ▼
//   onPush (pipelines) ─→ `remote: …` ─→ the report
import type { Readable } from 'node:stream'
import { announce, react } from './after-push.ts'
import { encodeBand, flush } from './pkt-line.ts'
import {
  changeOf,
  encodeReport,
  hasSideBand,
  type PushHead,
  parsePushHead,
  refNameOf,
  refusePush,
  remoteLines,
} from './push.ts'
import type { PushRequest, ReceiveDeps } from './push-request.ts'
import { drain, runReceivePack } from './receive-pack.ts'

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
    const [received] = await Promise.all([
      runReceivePack(deps, request, head, bytes, rest),
      announce(deps, request, head),
    ])
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
