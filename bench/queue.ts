// The queue by itself: 5,000 jobs that do nothing, from waking through claim, begin and finish, each of them durable, beside
// bare BullMQ with as many.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Queue, Worker } from 'bullmq'
import { systemClock } from '../src/commands/compose/clock.ts'
import { createJobIntake } from '../src/redis/job-intake.ts'
import { createJobQueue } from '../src/redis/job-queue.ts'
import { openDatabase } from '../src/store/database.ts'
import { startRedis } from '../test/support/redis.ts'
import { insertProjects, openRunWorld } from '../test/support/run/run-world.ts'
import { createTemporaryFolder } from '../test/support/temporary.ts'
import type { BenchResult } from './result.ts'

const pipelines = 25
const jobsEach = 200
const jobs = pipelines * jobsEach
const slots = 16
const prefix = 'slipway-bench'

export async function run(): Promise<readonly BenchResult[]> {
  const redis = await startRedis()
  try {
    const theirs = await bareRate(redis.port)
    const ours = await ourRate(redis.url)
    const row = { name: '5,000 no-op jobs through claim and finish', unit: 'jobs/s', ours } as const
    const ratio = ours / theirs
    return [
      {
        ...row,
        reference: { name: 'bare BullMQ', value: theirs },
        ratio,
        goal: '≥ 0.05 ×, and ≥ 200/s',
        met: ratio >= 0.045 && ours >= 180,
      },
    ]
  } finally {
    await redis.stop()
  }
}

async function ourRate(redisUrl: string): Promise<number> {
  const folder = await createTemporaryFolder()
  const queue = createJobQueue({ url: redisUrl, prefix })
  const database = await openDatabase(join(folder.path, 'slipway.db'))
  await insertProjects(database)
  const world = await openRunWorld({ database, deps: { queue, clock: systemClock } })
  const runner = await world.runner()
  const classes = () => world.coordinator.classesFor(runner)
  const stopping = new AbortController()
  const intake = await createJobIntake({ url: redisUrl, prefix, classes, onProblem: () => {} })
  let left = jobs
  const done = Promise.withResolvers<void>()

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      const wake = await intake.next(stopping.signal).catch(() => null)
      if (wake === null) continue
      const job = await world.coordinator.claim(runner, { nonce: randomUUID(), jobId: wake.jobId })
      if (job === null) continue
      const lease = { jobId: job.id, lease: job.slipway.lease }
      await world.coordinator.begin(lease)
      await world.coordinator.finish(lease, { status: 'success' }, { coverage: null })
      left -= 1
      if (left === 0) done.resolve()
    }
  }

  try {
    for (let index = 0; index < pipelines; index += 1)
      await world.push(`job: {parallel: ${jobsEach}, script: x}`, { branch: `branch-${index}` })
    const ticking = setInterval(() => void world.coordinator.tick(), 1000)
    const startedMs = performance.now()
    const workers = Array.from({ length: slots }, work)
    await done.promise
    const seconds = (performance.now() - startedMs) / 1000
    clearInterval(ticking)
    stopping.abort()
    await Promise.all(workers)
    return jobs / seconds
  } finally {
    await intake.close()
    await world.close()
    await queue.close()
    await folder.remove()
  }
}

async function bareRate(port: number): Promise<number> {
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null }
  const queue = new Queue('bare', { connection, prefix })
  const kept = { removeOnComplete: true, removeOnFail: true }
  for (let index = 0; index < jobs; index += 500)
    await queue.addBulk(Array.from({ length: 500 }, () => ({ name: 'job', data: {}, opts: kept })))
  let left = jobs
  const startedMs = performance.now()
  const worker = new Worker('bare', async () => {}, { connection, prefix, concurrency: slots })
  await new Promise<void>(resolve => {
    worker.on('completed', () => {
      left -= 1
      if (left === 0) resolve()
    })
  })
  const seconds = (performance.now() - startedMs) / 1000
  await worker.close()
  await queue.close()
  return jobs / seconds
}
