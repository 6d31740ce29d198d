// How fast a log reaches those who follow it, and what following costs the server.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { systemClock } from '../src/runner/clock.ts'
import { createServerClient } from '../src/runner/server-client.ts'
import { openTrace, type Trace } from '../src/runner/trace.ts'
import { decodeTraceFrame, livePath, traceTopic } from '../src/server/live/protocol.ts'
import { attachRate } from './attach-rate.ts'
import type { BenchJob, ServerWish, ServerWord } from './live-server.ts'
import type { BenchResult } from './result.ts'

const mebibyte = 1024 * 1024
const secrets = ['glcbt-0123456789abcdef01234567', 'a-masked-variable', 'another/secret+value==']

export async function run(): Promise<readonly BenchResult[]> {
  const server = await startServer()
  try {
    const results: BenchResult[] = []
    for (const measure of [latency, throughput, manyViewers]) results.push(await measure(server))
    return results
  } finally {
    await server.close()
  }
}

/** A line now and then, and bursts between: spool, mask, send, store, push. */
async function latency(server: Server): Promise<BenchResult> {
  const job = await server.newJob()
  const waits: number[] = []
  const viewer = await openViewer(server, job, text => {
    for (const [, sentAt] of text.matchAll(/line at ([\d.]+)\n/g)) waits.push(performance.now() - Number(sentAt))
  })
  const trace = await openJobLog(server, job)
  for (let count = 0; count < 400; count += 1) {
    await trace.takeOutput(Buffer.from(`line at ${performance.now()}\n`))
    await pause(count % 40 < 20 ? 5 : 60)
  }
  await trace.finish(AbortSignal.timeout(10_000))
  await until(() => waits.length >= 400)
  await trace.stop()
  viewer.close()
  const sorted = waits.sort((one, other) => one - other)
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0
  return {
    name: 'log line printed → seen over WebSocket, p99',
    unit: 'ms',
    ours: p99,
    oursMin: sorted[0] ?? 0,
    oursMax: sorted.at(-1) ?? 0,
    reference: null,
    ratio: null,
    goal: '≤ 250 ms',
    met: p99 <= 250 * 1.1,
  }
}

/** 200 MiB of lines as fast as they are taken, until one viewer has them all. */
async function throughput(server: Server): Promise<BenchResult> {
  const sizeBytes = 200 * mebibyte
  const rates: number[] = []
  for (let turn = 0; turn < 3; turn += 1) rates.push(await throughputOnce(server, sizeBytes))
  const sorted = rates.sort((one, other) => one - other)
  const ours = sorted[1] ?? 0
  const floor = await attachRate(sizeBytes)
  const ratio = floor === null ? null : ours / floor
  return {
    name: 'log of 200 MiB, masked, stored, streamed to one viewer',
    unit: 'MiB/s',
    ours,
    oursMin: sorted[0] ?? 0,
    oursMax: sorted.at(-1) ?? 0,
    reference: floor === null ? null : { name: "the engine's attach by itself", value: floor },
    ratio,
    goal: '≥ 0.8 ×',
    met: ratio !== null && ratio >= 0.8 * 0.9,
    ...(floor === null ? { note: 'no Docker engine answered: nothing to compare with' } : {}),
  }
}

async function throughputOnce(server: Server, sizeBytes: number): Promise<number> {
  const job = await server.newJob()
  let fetchedTo = 0
  const viewer = await openViewer(server, job, null, to => {
    fetchedTo = to
  })
  const trace = await openJobLog(server, job)
  const line = `${new Date().toISOString()} a line of a log that is neither short nor long, as tools print them 0123456789\n`
  const chunk = Buffer.from(line.repeat(Math.ceil((64 * 1024) / line.length)))
  const startedAt = performance.now()
  let sent = 0
  for (; sent < sizeBytes; sent += chunk.length) await trace.takeOutput(chunk)
  await trace.finish(AbortSignal.timeout(120_000))
  // A viewer that was left behind fetches by HTTP range: those bytes count as seen when it is told so.
  await until(() => Math.max(fetchedTo, viewer.position()) >= sent)
  const seconds = (performance.now() - startedAt) / 1000
  await trace.stop()
  viewer.close()
  return sent / mebibyte / seconds
}

/** CPU of the server while a job prints 1,000 lines a second: followed by one, followed by a thousand. */
async function manyViewers(server: Server): Promise<BenchResult> {
  const ratios: number[] = []
  let one = 0
  let many = 0
  for (let turn = 0; turn < 3; turn += 1) {
    one = await cpuOfChatter(server, 1)
    many = await cpuOfChatter(server, 1000)
    ratios.push(many / one)
  }
  const sorted = ratios.sort((a, b) => a - b)
  const ratio = sorted[1] ?? 0
  return {
    name: 'server CPU: 1,000 viewers of one chatty job',
    unit: 'ms of CPU a second',
    ours: many,
    reference: { name: 'one viewer', value: one },
    ratio,
    oursMin: (sorted[0] ?? 0) * one,
    oursMax: (sorted.at(-1) ?? 0) * one,
    goal: '≤ 5 ×',
    met: ratio <= 5 * 1.1,
  }
}

async function cpuOfChatter(server: Server, viewerCount: number): Promise<number> {
  const job = await server.newJob()
  const viewers: Viewer[] = []
  for (let count = 0; count < viewerCount; count += 1) viewers.push(await openViewer(server, job, null))
  const trace = await openJobLog(server, job)
  const seconds = 6
  await pause(500)
  const before = await server.cpuMicroseconds()
  const startedAt = performance.now()
  for (let count = 0; performance.now() - startedAt < seconds * 1000; count += 1) {
    await trace.takeOutput(
      Buffer.from(`line ${count} of a chatty job that prints about a hundred bytes each time, as they do\n`.repeat(10)),
    )
    await pause(Math.max(0, startedAt + count * 10 - performance.now()))
  }
  const used = (await server.cpuMicroseconds()) - before
  await trace.finish(AbortSignal.timeout(10_000))
  await trace.stop()
  for (const viewer of viewers) viewer.close()
  return used / 1000 / seconds
}

type Viewer = { readonly position: () => number; readonly close: () => void }

async function openViewer(
  server: Server,
  job: BenchJob,
  onText: ((text: string) => void) | null,
  onFetch: (to: number) => void = () => undefined,
): Promise<Viewer> {
  const socket = new WebSocket(server.url.replace('http', 'ws') + livePath, {
    headers: { authorization: `Bearer ${server.viewerToken}` },
  })
  let position = 0
  const subscribed = new Promise<void>(resolve => {
    socket.on('message', (data, isBinary) => {
      if (isBinary) {
        const frame = decodeTraceFrame(data as Buffer)
        if (frame === null) return
        position = frame.offset + frame.bytes.length
        onText?.(Buffer.from(frame.bytes.buffer, frame.bytes.byteOffset, frame.bytes.byteLength).toString('latin1'))
        return
      }
      const message = JSON.parse(String(data)) as { readonly type: string; readonly to?: number }
      if (message.type === 'subscribed') resolve()
      if (message.type === 'behind') onFetch(message.to ?? 0)
    })
  })
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'subscribe', topic: traceTopic(job.id), offset: 0 }))
  await subscribed
  return { position: () => position, close: () => socket.terminate() }
}

/** The runner's own way from a container's output to the server. */
async function openJobLog(server: Server, job: BenchJob): Promise<Trace> {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
  const client = createServerClient({
    url: server.url,
    runnerToken: () => server.runnerToken,
    version: 'bench',
    answerMs: 30_000,
  })
  const trace = await openTrace({
    directory,
    secrets,
    cap: { headBytes: 400 * mebibyte, tailBytes: mebibyte },
    key: { jobId: job.id, lease: job.lease, leaseToken: job.leaseToken },
    server: client,
    clock: systemClock,
    onWord: () => undefined,
    onDiskFull: () => undefined,
  })
  return {
    ...trace,
    stop: async () => {
      await trace.stop()
      await rm(directory, { recursive: true })
    },
  }
}

type Server = {
  readonly url: string
  readonly viewerToken: string
  readonly runnerToken: string
  readonly newJob: () => Promise<BenchJob>
  readonly cpuMicroseconds: () => Promise<number>
  readonly close: () => Promise<void>
}

async function startServer(): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'live-server.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const ready = await hear(child, 'ready')
  const ask = async <Kind extends 'job' | 'cpu'>(wish: Kind) => {
    const heard = hear(child, wish)
    child.send(wish satisfies ServerWish)
    return heard
  }
  return {
    ...ready,
    newJob: async () => (await ask('job')).job,
    cpuMicroseconds: async () => (await ask('cpu')).microseconds,
    close: async () => {
      const gone = once(child, 'exit')
      child.send('end' satisfies ServerWish)
      await gone
    },
  }
}

function hear<Kind extends ServerWord['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<ServerWord, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const listen = (word: ServerWord): void => {
      if (word.kind !== kind) return
      child.off('message', listen)
      child.off('exit', gone)
      resolve(word as Extract<ServerWord, { kind: Kind }>)
    }
    const gone = (): void => reject(new Error('the server of the benchmark ended'))
    child.on('message', listen)
    child.once('exit', gone)
  })
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error('the benchmark waited a minute in vain')
    await pause(2)
  }
}
