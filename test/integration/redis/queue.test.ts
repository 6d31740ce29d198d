// The queue, the intake and the bus over a real Redis.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'bullmq'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBus } from '../../../src/redis/bus.ts'
import { createJobIntake } from '../../../src/redis/job-intake.ts'
import { createJobQueue, type RedisJobQueue } from '../../../src/redis/job-queue.ts'
import type { CancelFeed, Intake } from '../../../src/runner/ports.ts'
import { type RedisServer, startRedis } from '../../support/redis.ts'

const prefix = 'slipway-test'
let redis: RedisServer
let queue: RedisJobQueue
const intakes: (Intake & CancelFeed)[] = []

beforeEach(async () => {
  redis = await startRedis()
  queue = createJobQueue({ url: redis.url, prefix })
}, 30_000)

afterEach(async () => {
  for (const intake of intakes.splice(0)) await intake.close()
  await queue.close()
  await redis.stop()
}, 30_000)

async function openIntake(classes: () => readonly string[]): Promise<Intake & CancelFeed> {
  const intake = await createJobIntake({ url: redis.url, prefix, classes: async () => classes(), onProblem: () => {} })
  intakes.push(intake)
  return intake
}

function entry(jobId: number, demandClass = 'untagged.branch', lease = 1) {
  return { pipelineId: 1, jobId, lease, demandClass }
}

/** Redis may not be there at once after a start: the queue fails fast, and its caller repeats. */
async function wakeAtLast(...entries: ReturnType<typeof entry>[]): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await queue.wake(entries)
    } catch (error) {
      if (tries > 100) throw error
      await sleep(50)
    }
  }
}

/** Ends with its last wake answered, so that none is on its way when the queue is closed. */
async function wakeAgainAndAgain(until: AbortSignal, woken: ReturnType<typeof entry>): Promise<void> {
  while (!until.aborted) {
    await queue.wake([woken])
    await sleep(200)
  }
}

const inTime = { signal: AbortSignal.timeout(60_000) }

describe('the job queue', { timeout: 60_000 }, () => {
  it('hands each entry to one of those who wait, in order', async () => {
    const intake = await openIntake(() => ['untagged.branch'])
    await wakeAtLast(entry(1), entry(2), entry(3))
    const taken = [await intake.next(inTime.signal), await intake.next(inTime.signal), await intake.next(inTime.signal)]
    expect(taken.map(each => each.jobId)).toEqual([1, 2, 3])
  })

  it('keeps one entry for a job that is woken twice, and takes it again after it was popped', async () => {
    const intake = await openIntake(() => ['untagged.branch'])
    await wakeAtLast(entry(1))
    await queue.wake([entry(1)])
    expect(await queue.depths()).toEqual({ 'untagged.branch': 1 })
    expect((await intake.next(inTime.signal)).jobId).toBe(1)
    await queue.wake([entry(1)])
    expect((await intake.next(inTime.signal)).jobId).toBe(1)
  })

  it('gives nothing to a runner that does not serve the class', async () => {
    const other = await openIntake(() => ['gpu.branch'])
    const nothing = other.next(AbortSignal.timeout(1000))
    await wakeAtLast(entry(1))
    await expect(nothing).rejects.toThrow()
    expect(await queue.depths()).toEqual({ 'untagged.branch': 1 })
  })

  it('makes a runner listen to a class that is announced', async () => {
    let classes = ['untagged.branch']
    const intake = await openIntake(() => classes)
    const next = intake.next(inTime.signal)
    classes = ['untagged.branch', 'docker.protected']
    await wakeAtLast(entry(7, 'docker.protected'))
    expect((await next).jobId).toBe(7)
  })

  it('puts back what it popped for nobody, so that another runner gets it', async () => {
    const busy = await openIntake(() => ['a.branch', 'b.branch'])
    const idle = await openIntake(() => ['b.branch'])
    const first = busy.next(inTime.signal)
    await wakeAtLast(entry(1, 'a.branch'))
    expect((await first).jobId).toBe(1)
    await queue.wake([entry(2, 'b.branch')])
    expect((await idle.next(inTime.signal)).jobId).toBe(2)
  })

  it('goes on after FLUSHALL and after Redis itself was away', async () => {
    const intake = await openIntake(() => ['untagged.branch'])
    const first = intake.next(inTime.signal)
    await wakeAtLast(entry(1))
    expect((await first).jobId).toBe(1)
    const second = intake.next(inTime.signal)
    await flush(redis.port)
    await queue.wake([entry(2)])
    expect((await second).jobId).toBe(2)
    const third = intake.next(inTime.signal)
    await redis.kill()
    const startedMs = performance.now()
    await expect(queue.wake([entry(3)])).rejects.toThrow()
    expect(performance.now() - startedMs).toBeLessThan(30_000)
    await redis.start()
    await wakeAtLast(entry(3))
    expect((await third).jobId).toBe(3)
  })

  it('takes a class that it first heard of while Redis was away', async () => {
    const intake = await openIntake(() => ['untagged.branch', 'new.branch'])
    await wakeAtLast(entry(1))
    await redis.kill()
    await expect(queue.wake([entry(2, 'new.branch')])).rejects.toThrow()
    await redis.start()
    await wakeAtLast(entry(2, 'new.branch'))
    const taken = [await intake.next(inTime.signal), await intake.next(inTime.signal)]
    expect(taken.map(each => each.jobId).sort()).toEqual([1, 2])
  })

  it('tells once that Redis has forgotten everything', async () => {
    await wakeAtLast(entry(1))
    expect(await queue.hasForgotten()).toBe(true)
    expect(await queue.hasForgotten()).toBe(false)
    await flush(redis.port)
    expect(await queue.hasForgotten()).toBe(true)
    expect(await queue.hasForgotten()).toBe(false)
  })

  it('drops what a runner popped and died with, so that it can be woken again', async () => {
    await wakeAtLast(entry(1))
    const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
    const dying = new Worker('jobs-untagged.branch', null, { prefix, connection, autorun: false, lockDuration: 1000 })
    expect((await dying.getNextJob('a token', { block: false }))?.data).toBe(1)
    await dying.close(true)
    const intake = await openIntake(() => ['untagged.branch'])
    const wakes = new AbortController()
    const waking = wakeAgainAndAgain(wakes.signal, entry(1))
    expect((await intake.next(inTime.signal)).jobId).toBe(1)
    wakes.abort()
    await waking
  })

  it('tells cancels to those who listen', async () => {
    const intake = await openIntake(() => [])
    const told = Promise.withResolvers<number>()
    const feed = await intake.listen(told.resolve)
    await wakeAtLast(entry(1))
    await queue.cancel(42)
    expect(await told.promise).toBe(42)
    await feed.close()
  })
})

describe('the live bus', { timeout: 60_000 }, () => {
  it('tells listeners of this process at once, and those of others over Redis, each once', async () => {
    const [here, there] = [createBus({ url: redis.url, prefix }), createBus({ url: redis.url, prefix })]
    const heardHere: unknown[] = []
    const heardThere = Promise.withResolvers<unknown>()
    here.subscribe('pipeline:1', event => heardHere.push(event))
    there.subscribe('pipeline:1', heardThere.resolve)
    const repeat = setInterval(() => here.publish('pipeline:1', { status: 'running' }), 100)
    expect(await heardThere.promise).toEqual({ status: 'running' })
    clearInterval(repeat)
    heardHere.length = 0
    here.publish('pipeline:1', { status: 'success' })
    expect(heardHere).toEqual([{ status: 'success' }])
    there.publish('pipeline:1', { status: 'failed' })
    await expect.poll(() => heardHere, { timeout: 10_000 }).toEqual([{ status: 'success' }, { status: 'failed' }])
    await Promise.all([here.close(), there.close()])
  })
})

async function flush(port: number): Promise<void> {
  await new Promise<void>(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write('FLUSHALL\r\n'))
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
  })
}
