import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobOutcome } from '../../../src/run/model.ts'
import type { JobPayload } from '../../../src/run/protocol.ts'
import type { RunnerRecord } from '../../../src/run/records.ts'
import { openRunWorld, type RunWorld } from '../../support/run/run-world.ts'

let world: RunWorld
let runner: RunnerRecord
beforeEach(async () => {
  world = await openRunWorld()
  runner = await world.runner()
})
afterEach(() => world.close())

const success: JobOutcome = { status: 'success' }
const failure: JobOutcome = {
  status: 'failed',
  failureReason: 'script_failure',
  failureDetail: null,
  exitCode: 7,
  message: 'exit code 7',
}
const noFacts = { coverage: null }

async function claimOne(yaml = 'a: {script: x}'): Promise<JobPayload> {
  await world.push(yaml)
  const job = await world.claim(runner)
  if (job === null) throw new Error('nothing to claim')
  return job
}

function leaseOf(job: JobPayload) {
  return { jobId: job.id, lease: job.slipway.lease }
}

describe('a lease', () => {
  it('begins, is alive and ends; the same words again change nothing', async () => {
    const job = await claimOne()
    const lease = leaseOf(job)
    expect(await world.coordinator.begin(lease)).toBe('running')
    expect(await world.coordinator.begin(lease)).toBe('running')
    expect(await world.job('a')).toMatchObject({ hasBegun: true })
    expect(await world.coordinator.heartbeat(runner.id, [lease])).toEqual({ ended: [], canceling: [] })
    expect(await world.coordinator.finish(lease, failure, { coverage: 81.5 })).toBe('accepted')
    expect(await world.coordinator.finish(lease, failure, noFacts)).toBe('accepted')
    expect(await world.job('a')).toMatchObject({
      status: 'failed',
      exitCode: 7,
      coverage: 81.5,
      message: 'exit code 7',
    })
    expect((await world.latest()).coverage).toBe(81.5)
  })

  it('that is over is refused whatever it says', async () => {
    const lease = leaseOf(await claimOne())
    await world.coordinator.finish(lease, success, noFacts)
    expect(await world.coordinator.begin(lease)).toBe('stale')
    expect(await world.coordinator.hear(lease)).toBe('stale')
    expect(await world.coordinator.finish(lease, failure, noFacts)).toBe('stale')
    expect(await world.coordinator.heartbeat(runner.id, [lease])).toEqual({ ended: [lease.jobId], canceling: [] })
    expect((await world.job('a')).status).toBe('success')
  })

  it('of another runner is not alive for this one', async () => {
    const lease = leaseOf(await claimOne())
    const other = await world.runner()
    expect(await world.coordinator.heartbeat(other.id, [lease])).toEqual({ ended: [lease.jobId], canceling: [] })
  })

  it('is told that its job is to be canceled, and what it then reports is a cancel', async () => {
    const lease = leaseOf(await claimOne())
    await world.coordinator.begin(lease)
    expect(await world.coordinator.cancelJob(lease.jobId)).toMatchObject({ status: 'canceling' })
    await world.coordinator.close()
    expect(world.queue.canceled).toEqual([lease.jobId])
    expect(await world.coordinator.heartbeat(runner.id, [lease])).toEqual({ ended: [], canceling: [lease.jobId] })
    expect(await world.coordinator.hear(lease)).toBe('canceling')
    expect(await world.coordinator.finish(lease, success, noFacts)).toBe('accepted')
    expect((await world.latest()).status).toBe('canceled')
  })

  it('is known to a server that was started after it was given', async () => {
    const lease = leaseOf(await claimOne())
    const next = await world.restart()
    expect(await next.coordinator.heartbeat(runner.id, [lease])).toEqual({ ended: [], canceling: [] })
    expect(await next.coordinator.begin(lease)).toBe('running')
    expect(await next.coordinator.finish(lease, success, noFacts)).toBe('accepted')
  })

  it('under which a job fails brings its next attempt as a new row', async () => {
    const job = await claimOne('a: {script: x, retry: 1}')
    await world.coordinator.finish(leaseOf(job), failure, noFacts)
    const again = await world.claim(runner)
    expect(again?.job_info.name).toBe('a')
    expect(again?.id).not.toBe(job.id)
    const all = await world.reader.jobsOfPipeline(job.slipway.pipeline_id, true)
    expect(all.map(each => [each.id, each.status, each.isRetried])).toEqual([
      [job.id, 'failed', true],
      [again?.id, 'running', false],
    ])
    await world.coordinator.finish({ jobId: again?.id ?? 0, lease: 1 }, success, noFacts)
    expect((await world.latest()).status).toBe('success')
  })
})

describe('a lost runner', () => {
  it('gives a job back whose script had not begun, under a new lease', async () => {
    const lease = leaseOf(await claimOne())
    world.queue.entries.splice(0)
    await passWithTicks(11)
    await world.coordinator.close()
    expect(await world.job('a')).toMatchObject({ status: 'pending', runnerId: null })
    expect(world.queue.entries).toMatchObject([{ jobId: lease.jobId, lease: 2 }])
    expect(await world.coordinator.begin(lease)).toBe('stale')
    const again = await world.claim(runner)
    expect(again).toMatchObject({ id: lease.jobId, slipway: { lease: 2 } })
    expect(await world.coordinator.finish(lease, success, noFacts)).toBe('stale')
    expect(await world.coordinator.finish(leaseOf(again as JobPayload), success, noFacts)).toBe('accepted')
  })

  it('fails a job whose script had begun, which then follows its retry', async () => {
    const lease = leaseOf(await claimOne('a: {script: x, retry: {max: 1, when: runner_system_failure}}'))
    await world.coordinator.begin(lease)
    await passWithTicks(11)
    const all = await world.reader.jobsOfPipeline((await world.latest()).id, true)
    expect(all).toMatchObject([
      { id: lease.jobId, status: 'failed', failureReason: 'runner_system_failure', failureDetail: 'runner_lost' },
      { status: 'pending' },
    ])
  })

  it('that was to cancel its job has canceled it', async () => {
    const lease = leaseOf(await claimOne())
    await world.coordinator.begin(lease)
    await world.coordinator.cancelJob(lease.jobId)
    await passWithTicks(11)
    expect((await world.job('a')).status).toBe('canceled')
  })

  it('is not one that speaks every now and then', async () => {
    const lease = leaseOf(await claimOne())
    await world.coordinator.begin(lease)
    for (let round = 0; round < 5; round += 1) {
      await passWithTicks(8)
      await world.coordinator.hear(lease)
    }
    expect((await world.job('a')).status).toBe('running')
  })

  it('is not looked for right after the server itself was away', async () => {
    const lease = leaseOf(await claimOne())
    await world.coordinator.tick()
    world.clock.pass(300) // the machine slept
    await world.coordinator.tick()
    expect(await world.coordinator.heartbeat(runner.id, [lease])).toEqual({ ended: [], canceling: [] })
    const next = await world.restart()
    world.clock.pass(600)
    await next.coordinator.recover()
    await next.coordinator.tick()
    expect((await world.job('a')).status).toBe('running')
  })
})

describe('time', () => {
  it('ends a job whose runner does not end it at its timeout', async () => {
    const lease = leaseOf(await claimOne('a: {script: x, timeout: 10 minutes}'))
    await world.coordinator.begin(lease)
    for (let second = 0; second < 600 + 180; second += 5) {
      world.clock.pass(5)
      await world.coordinator.hear(lease)
      await world.coordinator.tick()
    }
    expect(await world.job('a')).toMatchObject({ status: 'failed', failureReason: 'job_execution_timeout' })
  })

  it('ends a job for which no runner is there, after an hour, and tells its tags', async () => {
    await world.push('a: {script: x, tags: [gpu]}\nb: {script: x}')
    for (let minutes = 0; minutes < 62; minutes += 1) {
      world.clock.pass(60)
      await world.stores.runners.contacted(runner.id, { at: world.clock.now().toISOString() })
      await world.coordinator.tick()
    }
    const a = await world.job('a')
    expect(a).toMatchObject({ status: 'failed', failureReason: 'stuck_or_timeout_failure' })
    expect(a.message).toContain('the tags gpu')
    expect((await world.job('b')).status).toBe('pending')
  })

  it('lets claims be forgotten that nobody repeats any more', async () => {
    await claimOne()
    const count = async () => (await world.database.selectFrom('job_claim').selectAll().execute()).length
    expect(await count()).toBe(1)
    world.clock.pass(2 * 86_400)
    await world.coordinator.tick()
    expect(await count()).toBe(0)
  })

  it('starts delayed jobs, by timer or by tick', async () => {
    await world.push('a: {script: x, when: delayed, start_in: 10 minutes}')
    await world.coordinator.close()
    world.clock.pass(600)
    await world.coordinator.close()
    expect((await world.job('a')).status).toBe('pending')
    await world.push('b: {script: x, when: delayed, start_in: 10 minutes}')
    const next = await world.restart()
    for (let second = 0; second <= 600; second += 60) {
      world.clock.pass(60)
      await next.coordinator.tick()
    }
    expect((await world.job('b')).status).toBe('pending')
  })
})

describe('the queue', () => {
  it('gets everything again that waits when Redis has forgotten it', async () => {
    await world.push(Array.from({ length: 1200 }, (_, index) => `job${index}: {script: x}`).join('\n'))
    await world.coordinator.close()
    world.queue.entries.splice(0)
    world.queue.forgets = true
    await world.coordinator.tick()
    expect(new Set(world.queue.entries.map(entry => entry.jobId)).size).toBe(1200)
  })

  it('gets an entry again that was popped without a claim', async () => {
    await world.push('a: {script: x}')
    await world.coordinator.close()
    world.queue.entries.splice(0)
    await passWithTicks(6)
    expect(world.queue.entries).toHaveLength(1)
  })
})

/** A second at a time, as the server does. */
async function passWithTicks(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    world.clock.pass(1)
    await world.coordinator.tick()
  }
}
