import { appendFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TraceStore } from '../../../src/logs/ports.ts'
import { createTraceSweep } from '../../../src/logs/sweep.ts'
import { createTraceFiles } from '../../../src/logs/trace-files.ts'
import { createRandom } from '../../support/random.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

let folder: TemporaryFolder
let store: TraceStore
let nowMs = 0
const cap = { headBytes: 20, tailBytes: 8 }
const key = { jobId: 7, lease: 1 }

const open = (): TraceStore => createTraceFiles({ folder: folder.path, nowMs: () => nowMs, cap })
const put = (start: number, text: string, lease = 1) =>
  store.append({ jobId: 7, lease }, { start, bytes: Buffer.from(text) })
const text = async () => Buffer.from(await store.read(7, { start: 0, end: 1000 })).toString()

beforeEach(async () => {
  folder = await createTemporaryFolder()
  nowMs = 1000
  store = open()
})

afterEach(async () => {
  await store.close()
  await folder.remove()
})

describe('a store of traces', () => {
  test('takes chunks by their offset, and passes over what it knows', async () => {
    expect(await put(0, 'hello')).toMatchObject({ kind: 'appended', received: 5 })
    expect(await put(3, 'lo wor')).toMatchObject({
      kind: 'appended',
      received: 9,
      fresh: { start: 5, bytes: Buffer.from(' wor') },
    })
    expect(await put(0, 'hello')).toMatchObject({ kind: 'appended', received: 9, fresh: { bytes: Buffer.alloc(0) } })
    expect(await text()).toBe('hello wor')
    expect(await store.size(7)).toBe(9)
  })

  test('refuses a gap and tells where to go on', async () => {
    await put(0, 'ab')
    expect(await put(3, 'x')).toEqual({ kind: 'gap', received: 2 })
    expect(await text()).toBe('ab')
  })

  test('goes on where it was after its process died', async () => {
    await put(0, 'abc')
    const second = open()
    expect(await second.append(key, { start: 3, bytes: Buffer.from('def') })).toMatchObject({ received: 6 })
    await second.close()
    expect(await text()).toBe('abcdef')
  })

  test('begins anew under a newer lease and refuses the older one', async () => {
    await put(0, 'first')
    expect(await put(0, 'second', 2)).toMatchObject({ kind: 'appended', received: 6 })
    expect(await put(5, 'late', 1)).toEqual({ kind: 'stale' })
    expect(await text()).toBe('second')
    const other = open()
    expect(await other.append(key, { start: 0, bytes: Buffer.from('x') })).toEqual({ kind: 'stale' })
    await other.close()
  })

  test('gives ranges, and nothing for what is not there', async () => {
    await put(0, '0123456789')
    expect(Buffer.from(await store.read(7, { start: 3, end: 5 })).toString()).toBe('34')
    expect((await store.read(7, { start: 30, end: 50 })).length).toBe(0)
    expect((await store.read(8, { start: 0, end: 5 })).length).toBe(0)
    expect(await store.size(8)).toBe(0)
    const streamed: Buffer[] = []
    for await (const piece of store.stream(7, { start: 2, end: 1000 })) streamed.push(piece)
    expect(Buffer.concat(streamed).toString()).toBe('23456789')
  })

  test('knows when bytes came', async () => {
    await put(0, 'a\n')
    nowMs = 1050
    await put(2, 'b\n')
    nowMs = 3000
    await put(4, 'c\n')
    expect(await store.arrivals(7)).toEqual([
      { offset: 0, atMs: 1000 },
      { offset: 4, atMs: 3000 },
    ])
  })

  test('goes on behind the last whole moment when a full disk has cut one short', async () => {
    await put(0, 'a\n')
    await store.close()
    await appendFile(join(folder.path, '0', '7.1.times'), 'cut off')
    store = open()
    nowMs = 3000
    await put(2, 'b\n')
    expect(await store.arrivals(7)).toEqual([
      { offset: 0, atMs: 1000 },
      { offset: 2, atMs: 3000 },
    ])
  })

  test('keeps head and tail of a long trace, with one line between', async () => {
    await put(0, '0123456789')
    await put(10, 'abcdefghijklm')
    expect(await text()).toBe('0123456789abcdefghij')
    expect(await put(23, 'nopqrstuvwxyz')).toMatchObject({ received: 36, fresh: { bytes: Buffer.alloc(0) } })
    const { start, bytes } = await store.finish(key)
    expect(start).toBe(20)
    expect(Buffer.from(bytes).toString()).toMatch(/^\n.*8 bytes left out\)\x1b\[0m\nstuvwxyz$/)
    expect((await text()).slice(20)).toBe(Buffer.from(bytes).toString())
    expect((await readdir(join(folder.path, '0'))).sort()).toEqual(['7.1.log', '7.1.times'])
  })

  test('keeps a trace that fits head and tail whole', async () => {
    await put(0, '0123456789abcdefghijklmn')
    await store.finish(key)
    expect(await text()).toBe('0123456789abcdefghijklmn')
    await store.finish(key)
    expect(await text()).toBe('0123456789abcdefghijklmn')
  })

  test('keeps the same bytes however they come, with deaths and repeats on the way', async () => {
    const random = createRandom(99)
    const log = Buffer.from(Array.from({ length: 60 }, (_, index) => 97 + (index % 26)))
    await put(0, log.toString())
    await store.finish(key)
    const expected = await text()
    for (let turn = 0; turn < 40; turn += 1) {
      await store.delete(7)
      for (let at = 0; at < log.length; ) {
        const end = Math.min(log.length, at + random.integer(15))
        const start = Math.max(0, at - random.integer(5))
        const answer = await store.append(key, { start, bytes: log.subarray(start, end) })
        if (answer.kind !== 'stale') at = answer.received
        if (random.integer(6) !== 0) continue
        await store.close()
        store = open()
      }
      await store.finish(key)
      expect(await text()).toBe(expected)
    }
  })

  test('forgets a trace', async () => {
    await put(0, 'abc')
    await store.finish(key)
    await store.delete(7)
    expect(await store.size(7)).toBe(0)
    expect(await readdir(join(folder.path, '0'))).toEqual([])
  })

  test('tells whose traces there are, and a sweep removes those of jobs that are no more', async () => {
    for (const jobId of [3, 1200, 7, 5000])
      await store.append({ jobId, lease: 1 }, { start: 0, bytes: Buffer.from('x') })
    expect(await store.jobsAfter(0, 10)).toEqual([3, 7, 1200, 5000])
    expect(await store.jobsAfter(3, 2)).toEqual([7, 1200])
    expect(await store.jobsAfter(5000, 2)).toEqual([])
    const { sweep } = createTraceSweep({ traces: store, isThere: async jobId => jobId !== 1200 })
    expect([await sweep(), await sweep()]).toEqual([1, 0])
    expect(await store.jobsAfter(0, 10)).toEqual([3, 7, 5000])
  })

  test('takes appends of one job one after the other', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => put(index, String.fromCharCode(97 + index))),
    )
    expect(answers.every(answer => answer.kind === 'appended')).toBe(true)
    expect(await text()).toBe('abcdefghijklmnopqrst')
  })
})
