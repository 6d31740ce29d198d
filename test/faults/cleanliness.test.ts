// Many short jobs, some with a kill of the runner in the middle: afterwards nothing is there that was not there before.
// `npm run soak` asks for a thousand.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findJobFolders } from '../../src/runner/job-folder.ts'
import { engine, leftovers } from '../integration/executor/rooms.ts'
import { startTestRunner } from '../integration/runner/runner-in-process.ts'
import { jobPayload } from '../support/job-payload.ts'
import { createRunnerHome } from '../support/runner-process.ts'
import { startRunnerProtocolServer } from '../support/runner-protocol-server.ts'
import { waitUntil } from '../support/wait-until.ts'

const count = Number(process.env.SLIPWAY_SOAK_JOBS ?? 20)

test(`${count} jobs, the runner killed in one of ten: each ends once, and nothing is left`, {
  timeout: 120_000 + count * 10_000,
}, async () => {
  const server = await startRunnerProtocolServer()
  const home = createRunnerHome(server.url, { concurrency: 3 })
  let runner = home.start()
  const jobs = Array.from({ length: count }, (_, index) =>
    server.add(
      jobPayload({ id: 1000 + index, script: [`echo "job ${index}" >> /builds/ran`, 'sleep 0.2', 'cat /builds/ran'] }),
    ),
  )
  const ended = () => jobs.filter(job => job.update !== null).length
  for (let at = 5; at < count; at += 10) {
    await waitUntil(() => ended() >= at, `the end of ${at} jobs`, 300_000)
    runner.kill('SIGKILL')
    await runner.exited
    // What was claimed and lost on the way goes back to the queue when its lease is over; what the runner kept is its own.
    const kept = new Set((await findJobFolders(join(home.folder, 'data/jobs'))).map(({ payload }) => payload.id))
    for (const job of jobs) if (job.claims > 0 && job.update === null && !kept.has(job.payload.id)) server.requeue(job)
    runner = home.start()
  }
  await waitUntil(() => ended() === count, 'the end of all jobs', 300_000)
  runner.kill('SIGTERM')
  expect(await runner.exited).toBe(0)
  let unknown = 0
  for (const [index, job] of jobs.entries()) {
    const log = job.log.toString()
    // Killed in the milliseconds in between, nobody knows whether the script ran: it does not run again, and that is told.
    const isUnknown = log.includes('the runner was killed while it handed the script to the shell')
    unknown += isUnknown ? 1 : 0
    expect(job.update, log.slice(-2000)).toMatchObject({ state: isUnknown ? 'failed' : 'success' })
    expect(log.match(/^job \d+$/gm) ?? []).toEqual(isUnknown ? [] : [`job ${index}`])
  }
  expect(unknown).toBeLessThanOrEqual(Math.ceil(count / 100))
  expect(await leftovers(home.identity())).toEqual({ containers: 0, networks: 0, volumes: 0 })
  expect(await readdir(join(home.folder, 'data/jobs'))).toEqual([])
  await home.remove()
  await server.close()
})

test('what an earlier process left is gone at the runner’s end, also when it was in use at the last sweep', async () => {
  const server = await startRunnerProtocolServer()
  const runner = await startTestRunner(server.url)
  const job = server.add(jobPayload({ id: 1 }))
  await waitUntil(() => job.update !== null, 'the end of a job: the sweep at the start is over')
  const Labels = { 'slipway.runner': runner.runnerId, 'slipway.room': 'of-an-earlier-process', 'slipway.kind': 'pause' }
  await engine.docker.createContainer({ Image: 'busybox', Labels })
  await runner.end()
  expect(await leftovers(runner.runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
  await server.close()
})
