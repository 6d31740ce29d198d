import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEventFeed, type EventFeed } from '../../../../src/server/live/event-feed.ts'
import type { LiveEvent, ServerMessage } from '../../../../src/server/live/protocol.ts'
import { createFakeViewer, type FakeViewer } from '../../../support/fake-viewer.ts'

const change = (pipelineId: number): LiveEvent => ({ kind: 'pipeline', projectId: 1, pipelineId, status: 'running' })

let feed: EventFeed
beforeEach(() => {
  feed = createEventFeed({ topic: 'project:1', epoch: 'e1' })
})
afterEach(() => feed.stop())

function ids(viewer: FakeViewer): readonly number[] {
  return viewer.messages.flatMap(message =>
    message.type === 'events' ? message.events.map(event => (event.kind === 'pipeline' ? event.pipelineId : 0)) : [],
  )
}

const sequences = (viewer: FakeViewer): readonly number[] =>
  viewer.messages.flatMap(message => (message.type === 'events' ? [message.sequence] : []))

const behind = (viewer: FakeViewer): ServerMessage | undefined =>
  viewer.messages.find(message => message.type === 'behind')

describe('the feed of events', () => {
  test('numbers its messages and puts what happens at once into one', async () => {
    const viewer = createFakeViewer()
    feed.attach(viewer, null)
    for (let id = 1; id <= 5; id += 1) feed.publish(change(id))
    await expect.poll(() => ids(viewer)).toEqual([1, 2, 3, 4, 5])
    expect(sequences(viewer)).toEqual([1])
    feed.publish(change(6))
    await expect.poll(() => sequences(viewer)).toEqual([1, 2])
    expect(viewer.messages[0]).toEqual({
      type: 'subscribed',
      topic: 'project:1',
      position: { epoch: 'e1', sequence: 0 },
    })
  })

  test('goes on after the position that a client has seen', async () => {
    const first = createFakeViewer()
    const attachment = feed.attach(first, null)
    for (let id = 1; id <= 3; id += 1) {
      feed.publish(change(id))
      await expect.poll(() => ids(first)).toContain(id)
    }
    attachment.detach()
    const back = createFakeViewer()
    feed.attach(back, { epoch: 'e1', sequence: 1 })
    expect(ids(back)).toEqual([2, 3])
    expect(behind(back)).toBeUndefined()
  })

  test.each([
    ['of another epoch', { epoch: 'other', sequence: 0 }],
    ['that has not been', { epoch: 'e1', sequence: 99 }],
  ])('tells a client with a position %s to read anew', (_, after) => {
    const viewer = createFakeViewer()
    feed.attach(viewer, after)
    expect(behind(viewer)).toEqual({ type: 'behind', topic: 'project:1', position: { epoch: 'e1', sequence: 0 } })
  })

  test('tells who was away too long to read anew', async () => {
    const viewer = createFakeViewer()
    feed.attach(viewer, null)
    for (let id = 1; id <= 50_000; id += 1) feed.publish(change(id))
    await expect.poll(() => sequences(viewer).at(-1)).toBe(250)
    const late = createFakeViewer()
    feed.attach(late, { epoch: 'e1', sequence: 1 })
    expect(behind(late)).toMatchObject({ position: { sequence: 250 } })
    expect(ids(late)).toEqual([])
  })

  test('queues nothing for a clogged client, and tells it afterwards', async () => {
    const slow = createFakeViewer()
    const quick = createFakeViewer()
    feed.attach(slow, null)
    feed.attach(quick, null)
    slow.clog()
    feed.publish(change(1))
    await expect.poll(() => ids(quick)).toEqual([1])
    slow.drain()
    expect(behind(slow)).toMatchObject({ position: { sequence: 1 } })
    feed.publish(change(2))
    await expect.poll(() => ids(slow)).toEqual([2])
  })
})
