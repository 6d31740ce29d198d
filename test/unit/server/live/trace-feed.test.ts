import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createTraceFeed,
  maximumBacklogBytes,
  pieceBytes,
  type TraceFeed,
} from '../../../../src/server/live/trace-feed.ts'
import { createFakeViewer } from '../../../support/fake-viewer.ts'
import { createRandom } from '../../../support/random.ts'

let log: Buffer
let reads: number
let feed: TraceFeed
let failures: unknown[]

const traces = {
  size: async () => log.length,
  read: async (_: number, { start, end }: { start: number; end: number }) => {
    reads += 1
    return log.subarray(start, end)
  },
}

function write(text: string): void {
  log = Buffer.concat([log, Buffer.from(text)])
  feed.grow()
}

beforeEach(() => {
  log = Buffer.alloc(0)
  reads = 0
  failures = []
  feed = createTraceFeed({ jobId: 7, traces, onFailure: error => failures.push(error) })
})

afterEach(() => {
  feed.stop()
  expect(failures).toEqual([])
})

describe('the feed of a trace', () => {
  test('tells the length, sends what is there, and goes on with what comes', async () => {
    write('hello ')
    const viewer = createFakeViewer()
    feed.attach(viewer, null)
    await expect.poll(viewer.text).toBe('hello ')
    expect(viewer.messages).toEqual([{ type: 'subscribed', topic: 'job:7:trace', trace: { length: 6, start: 0 } }])
    write('world')
    write('!')
    await expect.poll(viewer.text).toBe('hello world!')
  })

  test('begins at the offset that is asked for', async () => {
    write('0123456789')
    const viewer = createFakeViewer()
    feed.attach(viewer, 4)
    await expect.poll(viewer.text).toBe('456789')
    expect(viewer.messages[0]).toMatchObject({ trace: { length: 10, start: 4 } })
  })

  test('begins at the end when the offset lies behind it', async () => {
    write('abc')
    const viewer = createFakeViewer()
    feed.attach(viewer, 50)
    await expect.poll(() => viewer.messages[0]).toMatchObject({ trace: { length: 3, start: 3 } })
    write('def')
    await expect.poll(viewer.text).toBe('def')
  })

  test('sends at most the last MiB of what is there', async () => {
    log = Buffer.alloc(maximumBacklogBytes + 500, 'x')
    const viewer = createFakeViewer()
    feed.attach(viewer, 0)
    await expect.poll(() => viewer.text().length).toBe(maximumBacklogBytes)
    expect(viewer.messages[0]).toMatchObject({ trace: { length: maximumBacklogBytes + 500, start: 500 } })
    expect(viewer.frames.every(frame => frame.length <= pieceBytes + 100)).toBe(true)
  })

  test('reads and encodes a piece once for all who follow', async () => {
    const viewers = Array.from({ length: 50 }, createFakeViewer)
    for (const viewer of viewers) feed.attach(viewer, 0)
    write('a')
    await expect.poll(() => viewers.every(viewer => viewer.text() === 'a')).toBe(true)
    const before = reads
    write('more')
    await expect.poll(() => viewers.every(viewer => viewer.text() === 'amore')).toBe(true)
    expect(reads - before).toBe(1)
    expect(new Set(viewers.map(viewer => viewer.frames.at(-1))).size).toBe(1)
  })

  test('sends a viewer that was clogged what it missed', async () => {
    const slow = createFakeViewer()
    const quick = createFakeViewer()
    feed.attach(slow, 0)
    feed.attach(quick, 0)
    write('one ')
    await expect.poll(slow.text).toBe('one ')
    slow.clog()
    write('two ')
    await expect.poll(quick.text).toBe('one two ')
    expect(slow.text()).toBe('one ')
    slow.drain()
    await expect.poll(slow.text).toBe('one two ')
    write('three')
    await expect.poll(slow.text).toBe('one two three')
  })

  test('tells a viewer that is far behind what to fetch, and goes on from the end', async () => {
    const slow = createFakeViewer()
    feed.attach(slow, 0)
    write('one ')
    await expect.poll(slow.text).toBe('one ')
    slow.clog()
    write('x'.repeat(10))
    log = Buffer.concat([log, Buffer.alloc(maximumBacklogBytes, 'y')])
    feed.grow()
    await expect.poll(() => reads).toBeGreaterThan(1)
    slow.drain()
    await expect.poll(() => slow.text().length).toBe('one <4-14>'.length + maximumBacklogBytes)
    expect(slow.messages.at(-1)).toEqual({ type: 'behind', topic: 'job:7:trace', from: 4, to: 14 })
  })

  test('tells the end when everything is sent', async () => {
    const viewer = createFakeViewer()
    feed.attach(viewer, 0)
    write('all')
    feed.end('success')
    await expect
      .poll(() => viewer.messages.at(-1))
      .toEqual({ type: 'trace_end', topic: 'job:7:trace', length: 3, status: 'success' })
    expect(viewer.text()).toBe('all')
    const late = createFakeViewer()
    feed.attach(late, 1)
    await expect.poll(() => late.messages.at(-1)).toMatchObject({ type: 'trace_end', length: 3 })
    expect(late.text()).toBe('ll')
  })

  test('begins anew when the job does', async () => {
    const viewer = createFakeViewer()
    feed.attach(viewer, 0)
    write('first try')
    await expect.poll(viewer.text).toBe('first try')
    log = Buffer.from('2nd')
    feed.grow()
    await expect.poll(viewer.text).toBe('2nd')
  })

  test('sends nothing to who has left', async () => {
    const viewer = createFakeViewer()
    const attachment = feed.attach(viewer, 0)
    write('a')
    await expect.poll(viewer.text).toBe('a')
    attachment.detach()
    const other = createFakeViewer()
    feed.attach(other, 0)
    write('b')
    await expect.poll(other.text).toBe('ab')
    expect(viewer.text()).toBe('a')
    expect(feed.viewerCount()).toBe(1)
  })

  test('never leaves a gap or doubles a byte, whoever comes, clogs and goes', async () => {
    const random = createRandom(3)
    const viewers = Array.from({ length: 8 }, createFakeViewer)
    for (let turn = 0; turn < 150; turn += 1) {
      const viewer = random.pick(viewers)
      const deed = turn < 8 ? 'attach' : random.pick(['clog', 'drain', 'nothing'])
      if (deed === 'attach') feed.attach(viewers[turn] ?? viewer, 0)
      if (deed === 'clog') viewer.clog()
      if (deed === 'drain') viewer.drain()
      write(`${turn},`.repeat(1 + random.integer(3000)))
      if (random.integer(5) === 0) await new Promise(resolve => setImmediate(resolve))
    }
    for (const viewer of viewers) viewer.drain()
    feed.end('failed')
    await expect.poll(() => viewers.every(viewer => viewer.messages.at(-1)?.type === 'trace_end')).toBe(true)
    for (const viewer of viewers) {
      const fetched = viewer
        .text()
        .replace(/<(\d+)-(\d+)>/g, (_, from, to) => log.subarray(Number(from), Number(to)).toString())
      expect(fetched === log.toString()).toBe(true)
    }
  })
})
