// A runner that is killed and started again goes on with its jobs: the same attempt, the script runs once, the log is byte for
// byte what it would have been.
import { randomInt } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engine, leftovers } from '../integration/executor/rooms.ts'
import { jobPayload } from '../support/job-payload.ts'
import { createRunnerHome, type RunnerHome, type RunnerProcess } from '../support/runner-process.ts'
import {
  type KnownJob,
  type RunnerProtocolServer,
  startRunnerProtocolServer,
} from '../support/runner-protocol-server.ts'
import { waitUntil } from '../support/wait-until.ts'

const rounds = Number(process.env.SLIPWAY_SOAK_KILLS ?? 4)
const restartCount = Number(process.env.SLIPWAY_SOAK_RESTARTS ?? 3)
/** Long enough for all of them. */
const lineCount = 30 * restartCount

let server: RunnerProtocolServer
let home: RunnerHome
beforeEach(async () => {
  server = await startRunnerProtocolServer()
  home = createRunnerHome(server.url)
})
afterEach(async () => {
  await home.remove()
  await server.close()
})

async function endOrderly(runner: RunnerProcess): Promise<void> {
  runner.kill('SIGTERM')
  await runner.exited
  expect(await leftovers(home.identity())).toEqual({ containers: 0, networks: 0, volumes: 0 })
}

/** What a person sees, without the times. */
function shown(job: KnownJob): string {
  return job.log.toString().replace(/section_(start|end):\d+/g, 'section_$1:0')
}

const script = ['for i in $(seq 1 40); do echo "line $i"; sleep 0.05; done', 'echo "no newline: $SECRET\\c"', 'exit 5']
const afterScript = ['echo after $CI_JOB_STATUS', 'sleep 0.3', 'echo end']
const wish = { script, afterScript, secrets: { SECRET: 'hush-hush-0815' } }

describe('a runner killed by kill -9', { timeout: 180_000 + rounds * 20_000 }, () => {
  test('at points of the script, and started again: log and end are as if nothing had happened', async () => {
    const first = home.start()
    const reference = server.add(jobPayload({ id: 1, ...wish }))
    await waitUntil(() => reference.update !== null, 'the end of the undisturbed job')
    let runner = first
    for (let round = 0; round < rounds; round += 1) {
      const job = server.add(jobPayload({ id: 10 + round, ...wish }))
      const at = `line ${randomInt(1, 40)}\n`
      await waitUntil(() => job.log.includes(at), `${at} of round ${round}`)
      runner.kill('SIGKILL')
      await runner.exited
      runner = home.start()
      await waitUntil(() => job.update !== null, `the end of round ${round}`)
      expect(shown(job)).toBe(shown(reference))
      expect(job.update).toMatchObject({ state: 'failed', exit_code: 5, failure_reason: 'script_failure' })
      expect([job.claims, job.begun]).toEqual([1, 1])
    }
    await endOrderly(runner)
  })

  test('while it prepares: it prepares again, and the script runs once', async () => {
    const job = server.add(jobPayload({ id: 20, script: ['echo ran >> /builds/ran', 'cat /builds/ran'] }))
    const first = home.start()
    await waitUntil(() => job.log.includes('Preparing'), 'the preparation')
    first.kill('SIGKILL')
    await first.exited
    const second = home.start()
    await waitUntil(() => job.update !== null, 'the end')
    expect(job.update).toMatchObject({ state: 'success' })
    expect(job.log.toString().match(/^ran$/gm)).toEqual(['ran'])
    await endOrderly(second)
  })

  test('while the server is away with the end of the job: the end is told once it is back', async () => {
    const job = server.add(jobPayload({ id: 30, script: ['echo done'] }))
    server.before = (request, response) => {
      if (request.method !== 'PUT') return false
      response.writeHead(503).end()
      return true
    }
    const first = home.start()
    await waitUntil(() => job.log.includes('Job succeeded'), 'the last line')
    first.kill('SIGKILL')
    await first.exited
    server.before = () => false
    const second = home.start()
    await waitUntil(() => job.update !== null, 'the end')
    expect(job.update).toMatchObject({ state: 'success' })
    expect(job.log.toString().match(/Job succeeded/g)).toHaveLength(1)
    await endOrderly(second)
  })

  test('and the container ended while nobody looked: its output and exit code are still there', async () => {
    const job = server.add(jobPayload({ id: 40, script: ['echo begun', 'sleep 2', 'echo ended', 'exit 6'] }))
    const first = home.start()
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    first.kill('SIGKILL')
    await first.exited
    await waitUntil(async () => (await runningJobs(home.identity())) === 0, 'the end of the container')
    const second = home.start()
    await waitUntil(() => job.update !== null, 'the end')
    expect(job.update).toMatchObject({ state: 'failed', exit_code: 6 })
    expect(job.log.toString()).toContain('ended\n')
    await endOrderly(second)
  })

  test('and its job still finds the server under its names when it is back', async () => {
    const ask = `wget -qO- http://ci.example.com:${new URL(server.url).port}/asked >/dev/null 2>&1`
    const job = server.add(
      jobPayload({
        id: 45,
        script: [
          'echo begun',
          'while [ ! -e /builds/go ]; do sleep 0.1; done',
          `until ${ask}; do sleep 0.1; done`,
          'echo found',
        ],
      }),
    )
    const asked = new Set<string>()
    server.before = (request, response) => {
      if (request.url !== '/asked') return false
      asked.add(request.headers.host ?? '')
      response.end('hello')
      return true
    }
    const first = home.start()
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    first.kill('SIGKILL')
    await first.exited
    const second = home.start()
    const filters = { label: [`slipway.runner=${home.identity()}`, 'slipway.kind=job'] }
    const [container] = await engine.docker.listContainers({ filters })
    const go = await engine.docker.getContainer(container?.Id ?? '').exec({ Cmd: ['touch', '/builds/go'] })
    ;(await go.start({ Detach: true })).resume()
    await waitUntil(() => job.update !== null, 'the end')
    expect(job.log.toString()).toContain('found\n')
    expect([...asked]).toHaveLength(1)
    await endOrderly(second)
  })

  test('and its lease given away meanwhile: it says nothing more and leaves nothing', async () => {
    const job = server.add(jobPayload({ id: 50, script: ['echo begun', 'sleep 300'] }))
    const first = home.start()
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    first.kill('SIGKILL')
    await first.exited
    job.lostLease = true
    const second = home.start()
    await waitUntil(async () => (await leftovers(home.identity())).containers === 0, 'the removal of its containers')
    expect(job.update).toBe(null)
    await endOrderly(second)
  })
})

describe('a runner told to end', { timeout: 120_000 }, () => {
  test(`and killed, ${restartCount} times during one job, which stays one attempt with a whole log`, async () => {
    await home.remove()
    home = createRunnerHome(server.url, { drainTimeout: 0 })
    const job = server.add(
      jobPayload({ id: 60, script: [`for i in $(seq 1 ${lineCount}); do echo "line $i"; sleep 0.2; done`] }),
    )
    let runner = home.start()
    await waitUntil(() => job.log.includes('line 1\n'), 'the first line')
    for (let restarts = 0; restarts < restartCount; restarts += 1) {
      const seen = job.log.length
      runner.kill(restarts % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
      await runner.exited
      runner = home.start()
      await waitUntil(() => job.log.length > seen, 'more of the log')
    }
    await waitUntil(() => job.update !== null, 'the end')
    const lines = job.log.toString().match(/^line \d+$/gm)
    expect(lines).toEqual(Array.from({ length: lineCount }, (_, index) => `line ${index + 1}`))
    expect(job.update).toMatchObject({ state: 'success' })
    await endOrderly(runner)
  })

  test('it lets its job end, and takes no new one', async () => {
    const job = server.add(jobPayload({ id: 70, script: ['echo begun', 'sleep 2', 'echo ended'] }))
    const runner = home.start()
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    runner.kill('SIGTERM')
    await waitUntil(() => home.lines.some(line => line.includes('takes no more jobs')), 'the drain')
    const late = server.add(jobPayload({ id: 71 }))
    expect(await runner.exited).toBe(0)
    expect(job.update).toMatchObject({ state: 'success' })
    expect(late.claims).toBe(0)
  })

  test('at its deadline it leaves the job to the next process', async () => {
    await home.remove()
    home = createRunnerHome(server.url, { drainTimeout: 0 })
    const job = server.add(jobPayload({ id: 80, script: ['echo begun', 'sleep 3', 'echo ended'] }))
    const first = home.start()
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    first.kill('SIGTERM')
    expect(await first.exited).toBe(0)
    expect(job.update).toBe(null)
    const second = home.start()
    await waitUntil(() => job.update !== null, 'the end')
    expect(job.update).toMatchObject({ state: 'success' })
    await endOrderly(second)
  })

  test('at SIGHUP it goes on with its job under the new configuration, and keeps the old one if there are mistakes', async () => {
    const job = server.add(
      jobPayload({ id: 85, script: ['echo begun', 'for i in 1 2 3 4 5 6; do sleep 1; echo $i; done'] }),
    )
    const runner = home.start()
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    home.configure({ concurrency: 'many' })
    runner.kill('SIGHUP')
    await waitUntil(() => home.lines.some(line => line.includes('is not used')), 'the refusal')
    home.configure({ concurrency: 7 })
    runner.kill('SIGHUP')
    await waitUntil(() => home.lines.some(line => line.includes('"slots":7')), 'the new configuration')
    await waitUntil(() => job.update !== null, 'the end')
    expect(job.log.toString()).toContain('5\n6\n')
    expect([job.update?.state, job.begun]).toEqual(['success', 1])
    await endOrderly(runner)
  })

  test('a second signal cancels', async () => {
    const job = server.add(jobPayload({ id: 90, script: ['echo begun', 'sleep 300'] }))
    const runner = home.start()
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    runner.kill('SIGTERM')
    await waitUntil(() => home.lines.some(line => line.includes('takes no more jobs')), 'the drain')
    runner.kill('SIGTERM')
    expect(await runner.exited).toBe(0)
    expect(job.update).toMatchObject({ state: 'canceled' })
  })

  test('--once takes one job and ends', async () => {
    const job = server.add(jobPayload({ id: 95 }))
    const other = server.add(jobPayload({ id: 96 }))
    const runner = home.start('--once')
    expect(await runner.exited).toBe(0)
    expect([job.update?.state, other.claims]).toEqual(['success', 0])
  })
})

async function runningJobs(id: string): Promise<number> {
  const filters = { label: [`slipway.runner=${id}`, 'slipway.kind=job'] }
  return (await engine.docker.listContainers({ filters })).length
}
