// Takes events out of the outbox: each becomes deliveries to the project's webhooks and pipelines of its followers. An event
// goes only when all that came of it is written; a crash before that repeats it, and repeating is safe.
import { messageOf } from '../../kit/errors.ts'
import { envelope } from '../envelope.ts'
import { type Follow, followVariables, matchesTag } from '../follow.ts'
import type { EventRecords, FollowerPipelines, FollowRecords, PendingEvent } from './ports.ts'

export type Dispatcher = {
  /** Settles all events that are there. */
  readonly dispatch: (signal: AbortSignal) => Promise<void>
}

const eventsAtOnce = 50

export function createDispatcher(deps: {
  readonly records: EventRecords & FollowRecords
  readonly pipelines: FollowerPipelines
  /** The repository's name as docker has it; null when its project is gone. */
  readonly nameOf: (projectId: number, suffix: string) => Promise<string | null>
  readonly registryUrl: string
  readonly clock: () => number
}): Dispatcher {
  const { records, pipelines, nameOf, registryUrl, clock } = deps
  const now = () => new Date(clock()).toISOString()

  async function settle(event: PendingEvent): Promise<void> {
    const repository = await nameOf(event.projectId, event.suffix)
    const deliveries = repository === null ? [] : await deliveriesOf(event, repository)
    if (repository !== null) await startFollowers(event, repository)
    await records.settleEvent(event.id, deliveries, now())
  }

  async function deliveriesOf(event: PendingEvent, repository: string) {
    const hooks = await records.webhooks(event.projectId)
    const wanted = hooks.filter(hook => (event.action === 'push' ? hook.onPush : hook.onDelete))
    // The same id however often it is made: a webhook is never told twice.
    const eventId = `${new URL(registryUrl).host}-${event.id}`
    const body = envelope({ ...event, id: eventId, repository, registryUrl })
    return wanted.map(hook => ({ webhookId: hook.id, eventId, body }))
  }

  async function startFollowers(event: PendingEvent, repository: string): Promise<void> {
    const { action, tag } = event
    if (action !== 'push' || tag === null) return
    for (const follow of await records.followersOf(event.projectId, event.suffix)) {
      if (!matchesTag(follow, tag) || !(await records.claimFollow(follow.id, event.digest, now()))) continue
      await start(follow, event, repository, tag)
    }
  }

  async function start(follow: Follow, event: PendingEvent, repository: string, tag: string): Promise<void> {
    const variables = followVariables({ host: new URL(registryUrl).host, repository, tag, digest: event.digest })
    const request = { projectId: follow.projectId, userId: follow.userId, ref: follow.ref, variables }
    try {
      const { pipelineId } = await pipelines.start(request)
      await records.followStarted(follow.id, event.digest, { pipelineId, error: null })
    } catch (error) {
      // Kept with the follow, where its owner sees it; the next image is tried anew.
      await records.followStarted(follow.id, event.digest, { pipelineId: null, error: messageOf(error) })
    }
  }

  return {
    async dispatch(signal) {
      for (;;) {
        const events = await records.pendingEvents(eventsAtOnce)
        if (events.length === 0) return
        for (const event of events) {
          signal.throwIfAborted()
          await settle(event)
        }
      }
    },
  }
}
