// The queue only wakes: whatever it delivers twice, loses or forgets, each job is claimed once, and all of them are.

import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { refuseEviction } from '../../src/redis/eviction.ts'
import { createJobIntake } from '../../src/redis/job-intake.ts'
import { createJobQueue } from '../../src/redis/job-queue.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { openRunWorld, type RunWorld } from '../support/run/run-world.ts'
import { waitUntil } from '../support/wait-until.ts'

const jobs = Number(process.env.SLIPWAY_SOAK_WAKE_UPS ?? 40)
const prefix = 'slipway-test'
let redis: RedisServer
let world: RunWorld
beforeEach(async () => {
  redis = await startRedis()
  world = await openRunWorld()
})
afterEach(async () => {
  await world.close()
  await redis.stop()
})

describe('a Redis of one’s own', { timeout: 60_000 }, () => {
  test('that drops keys when it is full is refused at the start, in words', async () => {
    await refuseEviction(redis)
    const connection = new Redis(redis.port, '127.0.0.1')
    await connection.config('SET', 'maxmemory-policy', 'allkeys-lru')
    connection.disconnect()
    await expect(refuseEviction(redis)).rejects.toMatchObject({
      code: 'redis_evicts',
      message: expect.stringContaining("maxmemory-policy is 'allkeys-lru'"),
    })
  })

  test('that is away is no reason not to start', async () => {
    await redis.kill()
    await refuseEviction(redis)
  })
})

const pipelineOf = (count: number) =>
  Array.from({ length: count }, (_, index) => `job-${index}: {stage: test, script: x}`).join('\n')

describe('an entry of the queue', { timeout: 120_000 + jobs * 100 }, () => {
  test(`that is delivered to five runners at once gives its job to one of them, ${jobs} times`, async () => {
    const runners = await Promise.all(Array.from({ length: 5 }, () => world.runner()))
    await world.push(pipelineOf(jobs))
    const claimed: number[] = []
    for (let round = 0; round < jobs; round += 1) {
      const answers = await Promise.all(runners.map(runner => world.claim(runner, `${round}-${runner.id}`)))
      const again = await Promise.all(runners.map(runner => world.claim(runner, `${round}-${runner.id}`)))
      expect(again.map(job => job?.id)).toEqual(answers.map(job => job?.id))
      claimed.push(...answers.flatMap(job => (job === null ? [] : [job.id])))
    }
    expect(claimed).toHaveLength(jobs)
    expect(new Set(claimed).size).toBe(jobs)
  })

  test('comes through when Redis was out of reach for a while, stalled or cut off', async () => {
    const proxy = await startFaultProxy({ port: redis.port })
    const queue = createJobQueue({ url: redis.url, prefix })
    const intake = await createJobIntake({
      url: `redis://127.0.0.1:${proxy.port}`,
      prefix,
      classes: async () => ['untagged.branch'],
      onProblem: () => {},
    })
    const signal = AbortSignal.timeout(60_000)
    let jobId = 0
    for (const fault of ['stall', 'cut'] as const) {
      proxy.set(fault)
      const next = intake.next(signal)
      jobId += 1
      const entry = { pipelineId: 1, jobId, lease: 1, demandClass: 'untagged.branch' }
      const isKept = () =>
        queue.wake([entry]).then(
          () => true,
          () => false,
        )
      await waitUntil(isKept, 'the entry to be kept')
      proxy.set('pass')
      expect((await next).jobId).toBe(jobId)
    }
    await intake.close()
    await queue.close()
    await proxy.close()
  })

  test('that a Redis without its disk has forgotten is made again', async () => {
    const queue = createJobQueue({ url: redis.url, prefix })
    await waitUntil(() => queue.hasForgotten(), 'the first connection')
    await queue.wake([{ pipelineId: 1, jobId: 1, lease: 1, demandClass: 'untagged.branch' }])
    await redis.kill()
    await redis.forget()
    await redis.start()
    await waitUntil(() => queue.hasForgotten().catch(() => false), 'the loss to be noticed')
    expect(Object.values(await queue.depths())).toEqual([0])
    await queue.close()
  })
})
