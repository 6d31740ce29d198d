// One client: who it is, and what it follows.
import type { WebSocket } from 'ws'
import { type Actor, anonymous } from '../../access/model.ts'
import type { Access, Credentials } from '../../access/ports.ts'
import { readClientMessage } from './client-message.ts'
import type { Hub } from './hub.ts'
import { type LiveDenial, type LiveNeed, type LiveRights, notThere } from './live-rights.ts'
import { type ClientMessage, closeCodes, type ServerMessage, type Topic } from './protocol.ts'
import { parseTopic, topicName } from './topics.ts'
import type { Attachment, Viewer } from './viewer.ts'

export type Connection = {
  readonly receive: (text: string) => Promise<void>
  /** Asks anew who it is and what it may follow; ends what is not allowed any more. One round's answers are shared. */
  readonly recheck: (round: RecheckRound) => Promise<void>
  readonly close: () => void
}

export type RecheckRound = {
  readonly authenticate: (credentials: Credentials) => Promise<Actor | null>
  readonly check: (credentials: Credentials, actor: Actor, need: LiveNeed) => Promise<LiveDenial | null>
}

export type ConnectionDeps = {
  readonly access: Pick<Access, 'authenticate'>
  readonly rights: LiveRights
  readonly hub: Hub
}

type Subscription = { readonly need: LiveNeed; attachment: Attachment | null; isGone: boolean }
type Subscribe = Extract<ClientMessage, { type: 'subscribe' }>

const maximumSubscriptions = 500

export function createConnection(
  socket: WebSocket,
  viewer: Viewer,
  first: Credentials,
  deps: ConnectionDeps,
): Connection {
  const subscriptions = new Map<Topic, Subscription>()
  let credentials = first
  let actor: Actor = anonymous
  /** Messages are answered in their order, and none before it is known who asks. */
  let tail: Promise<unknown> = identify()

  async function identify(): Promise<void> {
    const found = await deps.access.authenticate(credentials)
    if (found === null) {
      tell({ type: 'refused', message: '401 Unauthorized' })
      socket.close(closeCodes.unauthenticated, 'unauthorized')
      return
    }
    actor = found
    const user = found.kind === 'user' ? { id: found.userId, username: found.username } : null
    tell({ type: 'ready', user })
  }

  function receive(text: string): Promise<void> {
    const message = readClientMessage(text)
    if (message === null) {
      socket.close(1003, 'expected a message of the live protocol')
      return Promise.resolve()
    }
    const answered = tail.then(() => answer(message))
    tail = answered.catch(() => undefined) // the failure is told by what `receive` answers
    return answered
  }

  async function answer(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'ping':
        return tell({ type: 'pong' })
      case 'authenticate':
        credentials = { kind: 'token', token: message.token }
        return identify()
      case 'unsubscribe':
        end(message.topic)
        return tell({ type: 'unsubscribed', topic: message.topic })
      case 'subscribe':
        return subscribe(message)
    }
  }

  async function subscribe(message: Subscribe): Promise<void> {
    const topic = parseTopic(message.topic)
    if (topic === null) return deny(message.topic, { status: 400, message: 'there is no such topic' })
    const name = topicName(topic)
    if (subscriptions.size >= maximumSubscriptions)
      return deny(name, { status: 400, message: 'too many subscriptions' })
    const need = await deps.rights.needOf(topic)
    const denial = need === null ? notThere : await deps.rights.check(actor, need)
    if (need === null || denial !== null) return deny(name, denial ?? notThere)
    end(name)
    const subscription: Subscription = { need, attachment: null, isGone: false }
    subscriptions.set(name, subscription)
    const attachment =
      topic.kind === 'trace'
        ? await deps.hub.followTrace(topic.jobId, viewer, message.offset ?? null)
        : deps.hub.followEvents(topic, viewer, message.after ?? null)
    if (subscription.isGone) attachment.detach()
    else subscription.attachment = attachment
  }

  function end(topic: Topic): void {
    const subscription = subscriptions.get(topic)
    if (subscription === undefined) return
    subscriptions.delete(topic)
    subscription.isGone = true
    subscription.attachment?.detach()
  }

  async function recheck(round: RecheckRound): Promise<void> {
    const found = await round.authenticate(credentials)
    if (found === null) return socket.close(closeCodes.unauthenticated, 'unauthorized')
    actor = found
    for (const [topic, { need }] of subscriptions) {
      const denial = await round.check(credentials, found, need)
      if (denial === null) continue
      end(topic)
      deny(topic, denial)
    }
  }

  function close(): void {
    for (const topic of [...subscriptions.keys()]) end(topic)
  }

  function deny(topic: string, denial: LiveDenial | { readonly status: 400; readonly message: string }): void {
    tell({ type: 'denied', topic, ...denial })
  }

  function tell(message: ServerMessage): void {
    viewer.sendText(JSON.stringify(message))
  }

  return { receive, recheck, close }
}
