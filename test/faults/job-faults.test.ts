// What goes wrong while a job runs, each by itself: the job ends as it must, and is told why.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/runner/clock.ts'
import type { RunnerConfigInput } from '../../src/runner/config-input.ts'
import type { Clock } from '../../src/runner/ports.ts'
import { engine, leftovers } from '../integration/executor/rooms.ts'
import { startTestRunner, type TestRunner } from '../integration/runner/runner-in-process.ts'
import { jobPayload, type PayloadWish } from '../support/job-payload.ts'
import { createRandom } from '../support/random.ts'
import {
  type KnownJob,
  type RunnerProtocolServer,
  startRunnerProtocolServer,
} from '../support/runner-protocol-server.ts'
import { waitUntil } from '../support/wait-until.ts'

const cancels = Number(process.env.SLIPWAY_SOAK_CANCELS ?? 8)
const floodMebibytes = Number(process.env.SLIPWAY_SOAK_FLOOD_MIB ?? 80)

let server: RunnerProtocolServer
let runner: TestRunner
async function start(config: RunnerConfigInput = {}, clock: Clock = systemClock): Promise<void> {
  runner = await startTestRunner(server.url, config, { clock })
}
beforeEach(async () => {
  server = await startRunnerProtocolServer()
})
afterEach(async () => {
  await runner.end()
  await server.close()
  expect(await leftovers(runner.runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
})

let ids = 500
function add(wish: Omit<PayloadWish, 'id'>): KnownJob {
  ids += 1
  return server.add(jobPayload({ id: ids, ...wish }))
}

async function end(job: KnownJob): Promise<KnownJob> {
  await waitUntil(() => job.update !== null, 'the end of the job', 120_000)
  return job
}

describe('a job', { timeout: 180_000 }, () => {
  test('that takes more memory than it may is told so', async () => {
    await start({ docker: { limits: { memory: '32MiB' } } })
    const job = await end(add({ script: ['echo begun', 'x=a; while :; do x=$x$x; done'] }))
    expect(job.update).toMatchObject({
      state: 'failed',
      failure_reason: 'script_failure',
      slipway: { failure_detail: 'oom_killed' },
    })
    expect(job.log.toString()).toContain('begun\n')
  })

  test('that starts processes without end is held by the limit of processes', async () => {
    await start({ docker: { limits: { pids: 32 } } })
    const job = await end(add({ script: ['for i in $(seq 60); do sleep 30 & done', 'wait'], timeoutSeconds: 60 }))
    expect(job.update).toMatchObject({ state: 'failed' })
    expect(job.log.toString()).toMatch(/fork|Resource temporarily unavailable/)
  })

  test.each([
    ['lines', `yes "${'a line of a flood, '.repeat(10)}"`],
    ['one line without an end', "tr '\\0' x < /dev/zero"],
  ])(
    `that prints ${floodMebibytes} MiB of %s keeps head and tail, with the gap told, and memory stays flat`,
    async (_, flood) => {
      await start({ log: { head: '4MiB', tail: '1MiB' } })
      const before = process.memoryUsage().rss
      const job = await end(
        add({ script: [`${flood} | head -c ${floodMebibytes * 1024 * 1024} || true`, 'echo; echo the last word'] }),
      )
      expect(job.update).toMatchObject({ state: 'success' })
      const log = job.log.toString()
      expect(log.length).toBeLessThan(6 * 1024 * 1024)
      expect(log).toContain('The log is longer than 4 MiB')
      expect(log).toContain('the last word\n')
      expect(log.trimEnd().endsWith('Job succeeded\u001b[0;m')).toBe(true)
      expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024)
    },
  )

  test('whose service dies hears of it at once, and goes on', async () => {
    await start()
    const job = add({
      services: ['docker:dind'],
      image: 'docker:git',
      script: ['echo begun', 'sleep 4', 'echo going on'],
    })
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    const filters = {
      label: [`slipway.runner=${runner.runnerId}`, 'slipway.kind=service', `slipway.job=${job.payload.id}`],
    }
    const [service] = await engine.docker.listContainers({ filters })
    await engine.docker.getContainer(service?.Id ?? '').kill()
    await waitUntil(() => job.log.includes('WARNING: service docker:dind ended'), 'the warning')
    await end(job)
    expect(job.update).toMatchObject({ state: 'success' })
  })

  test('whose container somebody kills fails with what the shell’s end was', async () => {
    await start()
    const job = add({ script: ['echo begun', 'sleep 300'] })
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    const filters = { label: [`slipway.runner=${runner.runnerId}`, 'slipway.kind=job'] }
    const [container] = await engine.docker.listContainers({ filters })
    await engine.docker.getContainer(container?.Id ?? '').kill()
    await end(job)
    expect(job.update).toMatchObject({ state: 'failed', exit_code: 137 })
  })
})

describe('a server', { timeout: 180_000 }, () => {
  test('that is away in the middle of a job gets the whole log and the end when it is back', async () => {
    await start()
    const job = add({ script: ['for i in $(seq 30); do echo "line $i"; sleep 0.1; done'] })
    await waitUntil(() => job.log.includes('line 3\n'), 'some lines')
    let refused = 0
    server.before = request => {
      refused += 1
      request.socket.destroy()
      return true
    }
    await waitUntil(() => refused > 5, 'several refusals')
    server.before = () => false
    await end(job)
    expect(job.log.toString().match(/^line \d+$/gm)).toHaveLength(30)
    expect(job.update).toMatchObject({ state: 'success' })
  })

  test('that forgets what it was sent last is sent it again', async () => {
    await start()
    const job = add({ script: ['for i in $(seq 20); do echo "line $i"; sleep 0.1; done'] })
    await waitUntil(() => job.log.includes('line 5\n'), 'some lines')
    job.log = job.log.subarray(0, job.log.indexOf('line 3'))
    await end(job)
    expect(job.log.toString().match(/^line \d+$/gm)).toEqual(
      Array.from({ length: 20 }, (_, index) => `line ${index + 1}`),
    )
  })

  test('that says cancel in the moment of the end decides nothing twice', async () => {
    await start()
    for (let round = 0; round < 5; round += 1) {
      const job = add({ script: ['echo end'] })
      await waitUntil(() => job.log.includes('end\n'), 'the last line')
      job.canceling = true
      await end(job)
      expect(job.updates).toBe(1)
      expect(['success', 'canceled']).toContain(job.update?.state)
    }
  })

  test(`that says cancel at any moment of a job's life hears of one end, ${cancels} times`, {
    timeout: 60_000 + cancels * 5_000,
  }, async () => {
    await start()
    const random = createRandom(11)
    for (let round = 0; round < cancels; round += 1) {
      const job = add({ script: ['echo end'], afterScript: ['echo after'] })
      await sleep(random.integer(700))
      job.canceling = true
      await end(job)
      expect(job.updates).toBe(1)
      expect(['success', 'canceled']).toContain(job.update?.state)
    }
  })

  test.each([-10, 10])('whose clock is %i minutes from the runner’s changes nothing', async minutes => {
    const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + minutes * 60_000 }
    await start({}, clock)
    const job = await end(add({ script: ['echo begun', 'sleep 1', 'echo ended'], timeoutSeconds: 60 }))
    expect(job.update).toMatchObject({ state: 'success' })
    expect(job.log.toString()).toContain('ended\n')
  })
})

describe('a clock', { timeout: 60_000 }, () => {
  test('that jumps by an hour in the middle of a job ends nothing', async () => {
    let hours = 0
    await start({}, { ...systemClock, nowMs: () => systemClock.nowMs() + hours * 3_600_000 })
    const job = add({ script: ['echo begun', 'sleep 1', 'echo ended'], timeoutSeconds: 60 })
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    hours = 1
    await end(job)
    expect(job.update).toMatchObject({ state: 'success' })
  })
})
