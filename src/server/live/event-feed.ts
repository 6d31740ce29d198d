// The events of one topic for all its subscribers. Messages are numbered and the last ones kept for a while, so that a
// client that was away for a moment goes on without a gap; who was away longer reads the thing anew.
import { createBatch } from './batch.ts'
import type { EventPosition, LiveEvent, ServerMessage, Topic } from './protocol.ts'
import type { Attachment, Viewer } from './viewer.ts'

export type EventFeed = {
  readonly attach: (viewer: Viewer, after: EventPosition | null) => Attachment
  readonly publish: (event: LiveEvent) => void
  readonly viewerCount: () => number
  readonly stop: () => void
}

const windowMs = 50
const keptMessages = 200
const maximumEventsOfMessage = 200

type Seat = { readonly viewer: Viewer; isBehind: boolean; isGone: boolean }
type Kept = { readonly sequence: number; readonly text: string }

/** @param epoch new for each feed: an old position in another epoch cannot be gone on from */
export function createEventFeed({ topic, epoch }: { readonly topic: Topic; readonly epoch: string }): EventFeed {
  const seats = new Set<Seat>()
  const kept: Kept[] = []
  let waiting: LiveEvent[] = []
  let sequence = 0
  const batch = createBatch(() => windowMs, send)

  function publish(event: LiveEvent): void {
    waiting.push(event)
    batch.wish()
  }

  function send(): void {
    while (waiting.length > 0) {
      sequence += 1
      const events = waiting.slice(0, maximumEventsOfMessage)
      waiting = waiting.slice(maximumEventsOfMessage)
      const text = JSON.stringify({ type: 'events', topic, sequence, events } satisfies ServerMessage)
      kept.push({ sequence, text })
      if (kept.length > keptMessages) kept.shift()
      for (const seat of seats) serve(seat, text)
    }
  }

  function serve(seat: Seat, text: string): void {
    if (seat.isBehind) return
    if (!seat.viewer.isClogged()) {
      seat.viewer.sendText(text)
      return
    }
    seat.isBehind = true
    seat.viewer.onDrained(() => {
      if (seat.isGone) return
      seat.isBehind = false
      tell(seat.viewer, { type: 'behind', topic, position: { epoch, sequence } })
    })
  }

  /** The messages after a position; null: they are not known any more. */
  function messagesAfter(after: EventPosition): readonly Kept[] | null {
    if (after.epoch !== epoch || after.sequence > sequence) return null
    const missed = kept.filter(message => message.sequence > after.sequence)
    return missed.length === sequence - after.sequence ? missed : null
  }

  function attach(viewer: Viewer, after: EventPosition | null): Attachment {
    const position = { epoch, sequence }
    const missed = after === null ? [] : messagesAfter(after)
    tell(viewer, { type: 'subscribed', topic, position })
    if (missed === null) tell(viewer, { type: 'behind', topic, position })
    else for (const { text } of missed) viewer.sendText(text)
    const seat = { viewer, isBehind: false, isGone: false }
    seats.add(seat)
    return {
      detach() {
        seat.isGone = true
        seats.delete(seat)
      },
    }
  }

  return { attach, publish, viewerCount: () => seats.size, stop: batch.stop }
}

function tell(viewer: Viewer, message: ServerMessage): void {
  viewer.sendText(JSON.stringify(message))
}
