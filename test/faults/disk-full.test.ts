// Disks without room: what was acknowledged stays, what cannot be kept is refused or waits, and all goes on when there is
// room again.
import { describe, expect, onTestFinished, test } from 'vitest'
import { jobPayload } from '../support/job-payload.ts'
import { createProject } from '../support/project.ts'
import { createRunnerHome, type RunnerProcess } from '../support/runner-process.ts'
import { startRunnerProtocolServer } from '../support/runner-protocol-server.ts'
import { eventually, startSlipway } from '../support/slipway.ts'
import { createSmallDisk } from '../support/small-disk.ts'
import { waitUntil } from '../support/wait-until.ts'

describe('a disk that is full', { timeout: 120_000 }, () => {
  test('under a runner ends the job whose log it cannot keep, says why, and takes the next one', async () => {
    const disk = await createSmallDisk(8)
    onTestFinished(disk.remove)
    const server = await startRunnerProtocolServer()
    onTestFinished(server.close)
    const home = createRunnerHome(server.url, {}, { folder: disk.path })
    const runner = home.start()
    onTestFinished(() => endInOrder(runner))
    const flood = server.add(jobPayload({ id: 1, script: ['echo begun', 'yes "a line of a flood"'] }))
    await waitUntil(() => flood.update !== null, 'the end of the flood')
    expect(flood.update).toMatchObject({
      state: 'failed',
      failure_reason: 'runner_system_failure',
      slipway: { failure_detail: 'disk_full' },
    })
    const log = flood.log.toString()
    expect(log).toContain('begun\n')
    expect(log.trimEnd()).toMatch(/the disk of the runner is full: the log could not be kept\S*$/)
    const next = server.add(jobPayload({ id: 2 }))
    await waitUntil(() => next.update !== null, 'the end of the next job')
    expect(next.update).toMatchObject({ state: 'success' })
  })

  test('under a server refuses what it cannot keep, in words, and holds what runs until there is room', async () => {
    const disk = await createSmallDisk(64)
    onTestFinished(disk.remove)
    const environment = { SLIPWAY_DATA: `${disk.path}/data` }
    const slipway = await startSlipway({ words: ['up', '--no-runner'], environment })
    onTestFinished(slipway.stop)
    const registered = await slipway.cli('runner', 'register', '--description', 'elsewhere', '--json')
    const { token } = JSON.parse(registered.stdout) as { token: string }
    const home = createRunnerHome(slipway.url, {}, { token })
    onTestFinished(home.remove)
    const runner = home.start()
    onTestFinished(() => endInOrder(runner))
    const project = await createProject(slipway, 'my-group/my-project')
    onTestFinished(project.remove)
    const count = 'i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo "line $i."; sleep 0.1; done'
    await project.write({ '.gitlab-ci.yml': `job:\n  image: busybox\n  script:\n    - ${JSON.stringify(count)}\n` })
    await project.commitAndPush('master')
    const jobId = await eventually('the first lines', 60_000, async () => {
      const [pipeline] = await project.pipelines('master')
      const [job] = pipeline === undefined ? [] : await project.jobs(pipeline.id)
      return job !== undefined && (await project.trace(job.id)).includes('line 3.') ? job.id : null
    })
    await disk.fill()
    const refused = await project.commitAndPush('other')
    expect(refused.exitCode).not.toBe(0)
    expect(refused.output).toMatch(/no space|disk|full|unpack/i)
    await eventually('thirteen seconds without room', 30_000, later(13_000))
    await disk.free()
    const told = async () => `${await project.trace(jobId)}\n${slipway.output().slice(-4000)}`
    expect((await project.finished('master', 60_000)).status, await told()).toBe('success')
    const printed = [...(await project.trace(jobId)).matchAll(/^line (\d+)\./gm)].map(([, number]) => Number(number))
    expect(printed).toEqual(Array.from({ length: 60 }, (_, index) => index + 1))
    expect((await project.commitAndPush('other')).exitCode).toBe(0)
    expect((await project.finished('other', 60_000)).status).toBe('success')
  })
})

async function endInOrder(runner: RunnerProcess): Promise<void> {
  runner.kill('SIGTERM')
  expect(await runner.exited).toBe(0)
}

/** True from so many milliseconds after the first look on. */
function later(durationMs: number): () => Promise<boolean> {
  const startMs = performance.now()
  return async () => performance.now() - startMs > durationMs
}
