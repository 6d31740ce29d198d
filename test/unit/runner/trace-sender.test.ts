import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock, TraceAnswer } from '../../../src/runner/ports.ts'
import type { SpoolSource } from '../../../src/runner/spool.ts'
import { createTraceSender, type TraceSender } from '../../../src/runner/trace-sender.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

const key = { jobId: 7, lease: 1, leaseToken: 'slpl-x' }

let folder: TemporaryFolder
let path: string
let size: number
let received: Buffer
let calls: number
let answer: () => TraceAnswer | null
let sleeps: (() => void)[]
let longestSleepMs: number
let nowMs = 0
let sender: TraceSender

/** Time stands still until a test lets it pass. */
const clock: Clock = {
  nowMs: () => 0,
  monotonicMs: () => nowMs,
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      longestSleepMs = Math.max(longestSleepMs, durationMs)
      sleeps.push(resolve)
      signal.addEventListener('abort', () => reject(signal.reason))
    }),
}

const server = {
  appendTrace: async (_: unknown, { startByte, bytes }: { readonly startByte: number; readonly bytes: Uint8Array }) => {
    calls += 1
    const special = answer()
    if (special !== null) return special
    received = Buffer.concat([received.subarray(0, startByte), bytes])
    return { kind: 'accepted', endByte: received.length, word: 'running' } as const
  },
}

async function write(text: string, by: SpoolSource = 'job'): Promise<void> {
  await appendFile(path, text)
  size += text.length
  sender.grew(size, by)
}

/** Letter by letter, each of which goes out by itself. */
async function writeHastily(text: string): Promise<void> {
  const before = received.toString()
  for (let end = 1; end <= text.length; end += 1) {
    await write(text.charAt(end - 1))
    const expected = before + text.slice(0, end)
    await expect.poll(() => received.toString(), { interval: 5, timeout: 30_000 }).toBe(expected)
  }
}

beforeEach(async () => {
  nowMs = 0
  folder = await createTemporaryFolder()
  path = join(folder.path, 'masked.log')
  size = 0
  received = Buffer.alloc(0)
  calls = 0
  sleeps = []
  longestSleepMs = 0
  answer = () => null
  sender = createTraceSender({ path, key, server, clock, onWord: () => undefined })
})
afterEach(async () => {
  await sender.stop()
  await folder.remove()
})

describe('the sender of a log', () => {
  test('sends the first pieces at once and gathers what follows', async () => {
    await writeHastily('abcd')
    await write('g')
    await write('h')
    await expect.poll(() => sleeps.length).toBe(1)
    expect(received.toString()).toBe('abcd')
    sleeps[0]?.()
    await expect.poll(() => received.toString()).toBe('abcdgh')
    expect(calls).toBe(5)
  })

  test('is quick again after some quiet', async () => {
    await writeHastily('abcd')
    nowMs += 1000
    await writeHastily('ghij')
    expect(sleeps).toEqual([])
  })

  test('sends the runner’s own words with the output that follows, or a little later', async () => {
    await write('preparing ', 'runner')
    await write('the room ', 'runner')
    await expect.poll(() => sleeps.length).toBe(1)
    expect(calls).toBe(0)
    await write('output ')
    await expect.poll(() => received.toString()).toBe('preparing the room output ')
    await write('done', 'runner')
    await expect.poll(() => sleeps.length).toBe(2)
    sleeps[1]?.()
    await expect.poll(() => received.toString()).toBe('preparing the room output done')
    expect(calls).toBe(2)
  })

  test('waits for nothing when no more will come', async () => {
    await writeHastily('abcd')
    await write('the end')
    await expect.poll(() => sleeps.length).toBe(1)
    expect(await sender.flush(new AbortController().signal)).toBe('acknowledged')
    expect(received.toString()).toBe('abcdthe end')
  })

  test('waits for nothing when there is enough for a request', async () => {
    await writeHastily('abcd')
    await write('g')
    await expect.poll(() => sleeps.length).toBe(1)
    await write('x'.repeat(3 * 1024 * 1024))
    await expect.poll(() => received.length).toBeGreaterThan(2 * 1024 * 1024)
  })

  test('makes a line after many full requests wait no longer than any other', async () => {
    for (let count = 1; count <= 12; count += 1) {
      await write('x'.repeat(1024 * 1024))
      await expect.poll(() => received.length, { timeout: 30_000 }).toBe(size)
    }
    await write('a line')
    await expect.poll(() => sleeps.length).toBe(1)
    expect(longestSleepMs).toBe(100)
  })

  test('goes on from where the server stands after a gap', async () => {
    await write('abcd')
    await expect.poll(() => received.toString()).toBe('abcd')
    received = Buffer.from('abc')
    answer = () => {
      answer = () => null
      return { kind: 'gap', endByte: 3 }
    }
    await write('g')
    await sender.flush(new AbortController().signal)
    expect(received.toString()).toBe('abcdg')
  })

  test('stops when its lease is over', async () => {
    answer = () => ({ kind: 'stale' })
    await write('a')
    expect(await sender.flush(new AbortController().signal)).toBe('stale')
  })
})
