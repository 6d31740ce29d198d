// The feeds that somebody follows, each made when its first viewer comes. A feed of events is kept for a while after its
// last viewer went, for those who come back.
import { randomUUID } from 'node:crypto'
import type { TraceStore } from '../../logs/ports.ts'
import { isFinal } from '../../run/job-moves.ts'
import type { LiveBus } from '../../run/ports.ts'
import type { RunReader } from '../../run/store-ports.ts'
import { createEventFeed, type EventFeed } from './event-feed.ts'
import { type EventPosition, traceTopic } from './protocol.ts'
import { readBusEvent, toLiveEvents } from './read-live-event.ts'
import { type ParsedTopic, topicName } from './topics.ts'
import { createTraceFeed, type TraceFeed } from './trace-feed.ts'
import type { Attachment, Viewer } from './viewer.ts'

export type Hub = {
  readonly followTrace: (jobId: number, viewer: Viewer, offset: number | null) => Promise<Attachment>
  readonly followEvents: (topic: EventTopic, viewer: Viewer, after: EventPosition | null) => Attachment
  readonly close: () => void
}

export type EventTopic = Exclude<ParsedTopic, { kind: 'trace' }>

export type HubDeps = {
  readonly bus: LiveBus
  readonly traces: Pick<TraceStore, 'size' | 'read'>
  readonly reads: Pick<RunReader, 'job'>
  readonly onFailure: (error: unknown) => void
}

const lingerMs = 60_000

type Running<Feed> = { readonly feed: Feed; readonly stop: () => void; linger: NodeJS.Timeout | null }

export function createHub({ bus, traces, reads, onFailure }: HubDeps): Hub {
  const traceFeeds = new Map<number, Running<TraceFeed>>()
  const eventFeeds = new Map<string, Running<EventFeed>>()

  async function followTrace(jobId: number, viewer: Viewer, offset: number | null): Promise<Attachment> {
    const job = await reads.job(jobId)
    const running = traceFeeds.get(jobId) ?? startTrace(jobId, job?.pipelineId ?? null)
    if (job !== null && isFinal(job)) running.feed.end(job.status)
    return leaving(running.feed.attach(viewer, offset), () => {
      if (running.feed.viewerCount() > 0 || traceFeeds.get(jobId) !== running) return
      traceFeeds.delete(jobId)
      running.stop()
    })
  }

  function startTrace(jobId: number, pipelineId: number | null): Running<TraceFeed> {
    const feed = createTraceFeed({ jobId, traces, onFailure })
    const ends = [bus.subscribe(traceTopic(jobId), feed.grow)]
    if (pipelineId !== null) {
      ends.push(
        bus.subscribe(`pipeline:${pipelineId}`, event => {
          const change = readBusEvent(event)
          const job = change?.kind === 'run_changed' ? change.jobs.find(({ id }) => id === jobId) : undefined
          if (job !== undefined && isFinal(job)) feed.end(job.status)
        }),
      )
    }
    const running = { feed, stop: () => stopAll([...ends, feed.stop]), linger: null }
    traceFeeds.set(jobId, running)
    return running
  }

  function followEvents(topic: EventTopic, viewer: Viewer, after: EventPosition | null): Attachment {
    const name = topicName(topic)
    const running = eventFeeds.get(name) ?? startEvents(topic)
    if (running.linger !== null) clearTimeout(running.linger)
    running.linger = null
    return leaving(running.feed.attach(viewer, after), () => {
      if (running.feed.viewerCount() > 0 || eventFeeds.get(name) !== running || running.linger !== null) return
      running.linger = setTimeout(() => {
        eventFeeds.delete(name)
        running.stop()
      }, lingerMs).unref()
    })
  }

  function startEvents(topic: EventTopic): Running<EventFeed> {
    const name = topicName(topic)
    const feed = createEventFeed({ topic: name, epoch: randomUUID() })
    let tail = Promise.resolve()
    const end = bus.subscribe(name, value => {
      const event = readBusEvent(value)
      if (event === null) return
      tail = tail
        .then(async () => {
          for (const change of await toLiveEvents(event, reads)) feed.publish(change)
        })
        .catch(onFailure)
    })
    const running: Running<EventFeed> = { feed, stop: () => stopAll([end, feed.stop]), linger: null }
    eventFeeds.set(name, running)
    return running
  }

  function close(): void {
    for (const { stop, linger } of [...traceFeeds.values(), ...eventFeeds.values()]) {
      if (linger !== null) clearTimeout(linger)
      stop()
    }
    traceFeeds.clear()
    eventFeeds.clear()
  }

  return { followTrace, followEvents, close }
}

function leaving(attachment: Attachment, afterwards: () => void): Attachment {
  return {
    detach() {
      attachment.detach()
      afterwards()
    },
  }
}

function stopAll(stops: readonly (() => void)[]): void {
  for (const stop of stops) stop()
}
