// From a push over a real Redis to runners that wait, with Redis losing its memory and its life in the middle.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createJobIntake } from '../../../src/redis/job-intake.ts'
import { createJobQueue, type RedisJobQueue } from '../../../src/redis/job-queue.ts'
import type { RunnerRecord } from '../../../src/run/records.ts'
import { type RedisServer, startRedis } from '../../support/redis.ts'
import { openRunWorld, type RunWorld } from '../../support/run/run-world.ts'
import { waitUntil } from '../../support/wait-until.ts'

const prefix = 'slipway-test'
let redis: RedisServer
let queue: RedisJobQueue
let world: RunWorld
const running: { readonly stop: () => Promise<void> }[] = []

beforeEach(async () => {
  redis = await startRedis()
  queue = createJobQueue({ url: redis.url, prefix })
  world = await openRunWorld({ deps: { queue } })
  running.push(startTicking())
})

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop()
  await world.close()
  await queue.close()
  await redis.stop()
})

function pipelineOf(stages: number, jobsEach: number): string {
  const names = Array.from({ length: stages }, (_, index) => `s${index}`)
  const jobs = names.flatMap(stage =>
    Array.from({ length: jobsEach }, (_, index) => `${stage}-${index}: {stage: ${stage}, script: x}`),
  )
  return `stages: [${names.join(', ')}]\n${jobs.join('\n')}`
}

describe('a pipeline', () => {
  it('goes from push to its end by wake-ups alone, each job once', async () => {
    const taken = await startRunner('one', 4)
    const other = await startRunner('two', 4)
    await world.push(pipelineOf(4, 10))
    await untilEnd('success')
    const all = [...taken, ...other]
    expect(all).toHaveLength(40)
    expect(new Set(all).size).toBe(40)
  })

  it('ends as if nothing had happened when Redis forgets everything between two stages', async () => {
    const taken = await startRunner('one', 4)
    await world.push(pipelineOf(6, 8))
    for (let flushed = 0; flushed < 3; flushed += 1) {
      const before = taken.length
      await waitUntil(() => taken.length > before + 3, 'some jobs to be taken')
      await flushAll()
    }
    await untilEnd('success')
    expect(new Set(taken).size).toBe(48)
    expect(taken).toHaveLength(48)
  })

  it('waits for a Redis that is away, and goes on when it is back', async () => {
    const taken = await startRunner('one', 4)
    await world.push(pipelineOf(3, 8))
    await waitUntil(() => taken.length > 5, 'some jobs to be taken')
    await redis.kill()
    const lines = await world.push('late: {script: x}', { branch: 'other' })
    expect(lines[0]).toContain('Pipeline #2 for other')
    await redis.start()
    await untilEnd('success', 'main')
    await untilEnd('success', 'other')
    expect(taken).toHaveLength(25)
  })

  it('reaches runners only that serve its class, also one that nobody has asked for before', async () => {
    const plain = await startRunner('plain', 1)
    const tagged = await startRunner('tagged', 1, { tags: ['gpu'], runUntagged: false })
    await world.push('a: {script: x}\nb: {script: x, tags: [gpu]}')
    await untilEnd('success')
    expect(plain).toHaveLength(1)
    expect(tagged).toHaveLength(1)
  })
})

/** Waits with `slots` slots, does each job at once; answers the ids of the jobs that it took. */
async function startRunner(
  name: string,
  slots: number,
  change: Partial<RunnerRecord> = {},
): Promise<readonly number[]> {
  const runner = await world.runner({ description: name, ...change })
  const intake = await createJobIntake({
    url: redis.url,
    prefix,
    classes: () => world.coordinator.classesFor(runner),
    onProblem: () => {},
  })
  const stopping = new AbortController()
  const taken: number[] = []
  const work = Array.from({ length: slots }, async () => {
    while (!stopping.signal.aborted) {
      const wake = await intake.next(stopping.signal).catch(() => null)
      const job = wake === null ? null : await world.claim(runner)
      if (job === null) continue
      taken.push(job.id)
      const lease = { jobId: job.id, lease: job.slipway.lease }
      await world.coordinator.begin(lease)
      await world.coordinator.finish(lease, { status: 'success' }, { coverage: null })
    }
  })
  running.push({
    async stop() {
      stopping.abort()
      await Promise.all(work)
      await intake.close()
    },
  })
  return taken
}

/** The server's tick; time goes twice as fast. */
function startTicking(): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  const ticking = (async () => {
    while (!stopping.signal.aborted) {
      world.clock.pass(0.2)
      await world.coordinator.tick().catch(() => {}) // Redis may be away; the next tick does it again
      await sleep(100, undefined, { signal: stopping.signal }).catch(() => {}) // stopped
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await ticking
    },
  }
}

async function untilEnd(status: string, ref = 'main'): Promise<void> {
  const ended = await waitUntil(async () => {
    const pipeline = await world.reader.latestPipeline(1, ref)
    return pipeline === null || pipeline.finishedAt === null ? null : pipeline.status
  }, 'the pipeline to end')
  expect(ended).toBe(status)
}

async function flushAll(): Promise<void> {
  await new Promise<void>(resolve => {
    const socket = connect(redis.port, '127.0.0.1', () => socket.write('FLUSHALL\r\n'))
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
  })
}
