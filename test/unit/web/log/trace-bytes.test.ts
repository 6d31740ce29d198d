// The far sides are fakes: a trace that is stored, and a server that tells of new bytes in whatever order it likes.
import { describe, expect, it } from 'vitest'
import type { TraceListener } from '../../../../src/web/live/connection.ts'
import { followTrace, segmentBytes } from '../../../../src/web/log/trace-bytes.ts'
import { waitUntil } from '../../../support/wait-until.ts'

const whole = Uint8Array.from({ length: 1000 }, (_, index) => index % 251)

function open(options: { readonly isLive: boolean; readonly stored?: Uint8Array; readonly fails?: boolean }) {
  const stored = options.stored ?? whole
  const seen = { bytes: [] as number[], lengths: [] as number[], ends: 0, restarts: 0, failures: [] as string[] }
  const reads: (readonly [number, number])[] = []
  let listener: TraceListener | undefined
  const stop = followTrace({
    read: async (start, end) => {
      reads.push([start, end])
      if (options.fails) throw new Error('the line is dead')
      return start >= stored.length ? null : { start, bytes: stored.slice(start, end), total: stored.length }
    },
    subscribe: options.isLive
      ? given => {
          listener = given
          return () => {}
        }
      : null,
    sink: {
      onBytes: bytes => {
        for (const byte of bytes) seen.bytes.push(byte)
      },
      onLength: length => seen.lengths.push(length),
      onEnd: () => {
        seen.ends += 1
      },
      onRestart: () => {
        seen.restarts += 1
      },
      onFailure: message => seen.failures.push(message),
    },
  })
  const server = (): TraceListener => {
    if (listener === undefined) throw new Error('nobody listens')
    return listener
  }
  return { seen, reads, stop, server }
}

const part = (start: number, end: number): Uint8Array => whole.slice(start, end)

describe('the bytes of a log', () => {
  it('of a job that has ended are read to the end, in segments', async () => {
    const long = new Uint8Array(segmentBytes + 10).fill(7)
    const { seen, reads } = open({ isLive: false, stored: long })
    await waitUntil(() => seen.ends === 1, 'the end')
    expect(seen.bytes).toHaveLength(long.length)
    expect(reads).toEqual([
      [0, segmentBytes],
      [segmentBytes, long.length],
    ])
  })

  it('of an empty log end at once', async () => {
    const { seen } = open({ isLive: false, stored: new Uint8Array(0) })
    await waitUntil(() => seen.ends === 1, 'the end')
    expect(seen.bytes).toEqual([])
  })

  it('that came before the live part are fetched, and put in front of it', async () => {
    const { seen, server } = open({ isLive: true, stored: part(0, 400) })
    server().onLength(400, 300)
    server().onBytes(300, part(300, 400))
    server().onBytes(400, part(400, 450))
    await waitUntil(() => seen.bytes.length === 450, 'all bytes')
    expect(seen.bytes).toEqual([...part(0, 450)])
  })

  it('are taken once, though they come twice, overlap or come out of order', async () => {
    const { seen, server } = open({ isLive: true, stored: new Uint8Array(0) })
    server().onLength(0, 0)
    for (const [start, end] of [
      [0, 10],
      [0, 10],
      [5, 20],
      [40, 60],
      [30, 45],
      [20, 30],
      [55, 90],
    ] as const)
      server().onBytes(start, part(start, end))
    expect(seen.bytes).toEqual([...part(0, 90)])
  })

  it('that a slow reader missed are fetched when the server says so', async () => {
    const { seen, server } = open({ isLive: true })
    server().onLength(0, 0)
    server().onBytes(0, part(0, 100))
    server().onBytes(700, part(700, 800))
    server().onBehind(100, 700)
    await waitUntil(() => seen.bytes.length === 800, 'what was missed')
    expect(seen.bytes).toEqual([...part(0, 800)])
  })

  it('after a lost connection go on where they were', () => {
    const { server } = open({ isLive: true, stored: new Uint8Array(0) })
    expect(server().wanted()).toBe(0)
    server().onBytes(0, part(0, 123))
    expect(server().wanted()).toBe(123)
  })

  it('end only when the last one is there', async () => {
    const { seen, server } = open({ isLive: true, stored: part(0, 500) })
    server().onLength(0, 0)
    server().onBytes(0, part(0, 100))
    server().onEnd(500)
    expect(seen.ends).toBe(0)
    await waitUntil(() => seen.ends === 1, 'the end')
    expect(seen.bytes).toEqual([...part(0, 500)])
  })

  it('of a job that began anew are void', () => {
    const { seen, server } = open({ isLive: true, stored: new Uint8Array(0) })
    server().onLength(0, 0)
    server().onBytes(0, part(0, 100))
    server().onLength(0, 0)
    expect(seen.restarts).toBe(1)
  })

  it('that cannot be read are told of', async () => {
    const { seen } = open({ isLive: false, fails: true })
    await waitUntil(() => seen.failures.length > 0, 'the failure')
    expect(seen.failures).toEqual(['the line is dead'])
    expect(seen.ends).toBe(0)
  })
})
