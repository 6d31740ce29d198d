// The Docker engine goes away in the middle of a job. The engine is this file's own.
import { appendFile, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { jobPayload } from '../support/job-payload.ts'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { createRunnerHome, type RunnerHome, type RunnerProcess } from '../support/runner-process.ts'
import {
  type KnownJob,
  type RunnerProtocolServer,
  startRunnerProtocolServer,
} from '../support/runner-protocol-server.ts'
import { waitUntil } from '../support/wait-until.ts'

let engine: PrivateEngine
let server: RunnerProtocolServer
let home: RunnerHome
let runner: RunnerProcess

beforeAll(async () => {
  engine = await startPrivateEngine('engine-faults', { images: ['busybox'], dataSizeMib: 160 })
})
afterAll(() => engine?.stop())

beforeEach(async () => {
  server = await startRunnerProtocolServer()
  home = createRunnerHome(server.url, {
    docker: { host: engine.host, pullPolicy: 'if-not-present' },
    concurrency: 1,
  })
  runner = home.start()
  await waitUntil(() => home.lines.some(line => line.includes('runner is ready')), 'the runner to be ready')
})
afterEach(async () => {
  runner.kill('SIGTERM')
  await runner.exited
  const filters = { label: [`slipway.runner=${home.identity()}`] }
  expect(await engine.docker.listContainers({ all: true, filters })).toEqual([])
  expect(await engine.docker.listNetworks({ filters })).toEqual([])
  await home.remove()
  await server.close()
})

/** Of the engine, with so many MiB in it; answers its name. */
async function volumeWith(labels: Readonly<Record<string, string>>, sizeMib: number): Promise<string> {
  const { name } = await engine.docker.createVolume({ Labels: labels })
  const { Mountpoint } = await engine.docker.getVolume(name).inspect()
  await writeFile(join(Mountpoint, 'layer'), new Uint8Array(sizeMib * 1024 * 1024))
  return name
}

async function volumes(): Promise<readonly string[]> {
  return ((await engine.docker.listVolumes()).Volumes ?? []).map(({ Name }) => Name)
}

/** Of the engine's disk, by a file. */
async function fillUpTo(share: number, file: string): Promise<void> {
  const { blocks, bfree, bsize } = await statfs(engine.dataFolder)
  const missing = Math.max(0, Math.floor((share * blocks - (blocks - bfree)) * bsize))
  await appendFile(file, new Uint8Array(missing))
}

const lines = 30
const script = [`i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i."; sleep 0.1; done`, 'exit 7']

async function restartEngineDuring(job: KnownJob): Promise<void> {
  await waitUntil(() => job.log.includes('line 3.'), 'some lines')
  await engine.kill()
  await engine.start()
  await waitUntil(() => job.update !== null, 'the end of the job', 90_000)
}

describe('an engine that is killed and started again', { timeout: 150_000 }, () => {
  test('with live-restore: the job goes on, its log is whole, and its own exit code counts', async () => {
    await engine.setLiveRestore(true)
    const job = server.add(jobPayload({ id: 1, script }))
    await restartEngineDuring(job)
    expect(job.log.toString().match(/^line \d+\.$/gm)).toEqual(
      Array.from({ length: lines }, (_, index) => `line ${index + 1}.`),
    )
    expect(job.update).toMatchObject({ state: 'failed', failure_reason: 'script_failure', exit_code: 7 })
    expect(job.begun).toBe(1)
  })

  test('without: the job fails by the system’s fault, not by its script’s, and the next one runs', async () => {
    await engine.setLiveRestore(false)
    const job = server.add(jobPayload({ id: 2, script }))
    await restartEngineDuring(job)
    expect(job.update).toMatchObject({
      state: 'failed',
      failure_reason: 'runner_system_failure',
      slipway: { failure_detail: 'engine_unreachable' },
    })
    const next = server.add(jobPayload({ id: 3, script: ['echo well again'] }))
    await waitUntil(() => next.update !== null, 'the end of the next job')
    expect(next.update).toMatchObject({ state: 'success' })
  })

  test('while nothing runs: what was made ahead is gone with it, and the next job does not notice', async () => {
    const filters = { label: [`slipway.runner=${home.identity()}`, 'slipway.kind=pause'], status: ['running'] }
    const spares = async () => (await engine.docker.listContainers({ filters }).catch(() => [])).length
    const first = server.add(jobPayload({ id: 10 }))
    await waitUntil(() => first.update !== null, 'the end of the first job')
    await waitUntil(async () => (await spares()) === 2, 'two networks made ahead')
    await engine.kill()
    await engine.start()
    expect(await spares()).toBe(0)
    const next = server.add(jobPayload({ id: 11 }))
    await waitUntil(() => next.update !== null, 'the end of the next job')
    expect(next.update).toMatchObject({ state: 'success' })
  })

  test('while a job is prepared: it fails by the system’s fault, and no other is taken before the engine is back', async () => {
    await engine.kill()
    const job = server.add(jobPayload({ id: 4, script }))
    await waitUntil(() => job.update !== null, 'the end of the job', 90_000)
    expect(job.update).toMatchObject({ state: 'failed', slipway: { failure_detail: 'engine_unreachable' } })
    expect(job.log.toString()).toContain('the Docker engine does not answer')
    await waitUntil(() => home.lines.some(line => line.includes('no job is taken')), 'the runner to wait')
    const next = server.add(jobPayload({ id: 8, script: ['echo well again'] }))
    await engine.start()
    await waitUntil(() => next.update !== null, 'the end of the next job', 90_000)
    expect(next.update).toMatchObject({ state: 'success' })
  })

  test('whose disk a job fills fails that job with the engine’s words, and the next one runs when there is room again', async () => {
    const job = server.add(jobPayload({ id: 6, script: ['cat /dev/zero > /big'] }))
    const next = server.add(jobPayload({ id: 7, script: ['echo well again'] }))
    await waitUntil(() => job.update !== null && next.update !== null, 'the end of both jobs', 90_000)
    expect(job.update).toMatchObject({ state: 'failed' })
    expect(job.log.toString()).toContain('No space left on device')
    expect(next.update).toMatchObject({ state: 'success' })
  })

  test('whose disk is four fifths full gets kept layers back, and nothing that is not the runner’s; at nine tenths no job is taken', async () => {
    const kept = await volumeWith({ 'slipway.runner': home.identity(), 'slipway.kind': 'kept-layers' }, 8)
    const foreign = await volumeWith({}, 8)
    const ballast = join(engine.dataFolder, 'ballast')
    await fillUpTo(0.85, ballast)
    runner.kill('SIGKILL')
    await runner.exited
    runner = home.start() // it looks at its start, and once a minute
    await waitUntil(async () => !(await volumes()).includes(kept), 'the end of the kept layers')
    expect(await volumes()).toContain(foreign)
    await fillUpTo(0.94, ballast)
    const first = server.add(jobPayload({ id: 20 })) // may have been waited for already
    const second = server.add(jobPayload({ id: 21 }))
    await waitUntil(() => home.lines.some(line => line.includes('no job is taken')), 'the runner to wait')
    expect(second.claims).toBe(0)
    await rm(ballast)
    await waitUntil(() => first.update !== null && second.update !== null, 'the end of both jobs', 90_000)
    expect(second.update).toMatchObject({ state: 'success' })
    await engine.docker.getVolume(foreign).remove()
  })

  test('as a host that boots again, all containers gone: the runner says so and goes on', async () => {
    const job = server.add(jobPayload({ id: 5, script: ['echo begun', 'sleep 300'] }))
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    runner.kill('SIGKILL')
    await runner.exited
    const filters = { label: [`slipway.runner=${home.identity()}`] }
    for (const { Id } of await engine.docker.listContainers({ all: true, filters }))
      await engine.docker.getContainer(Id).remove({ force: true, v: true })
    runner = home.start()
    await waitUntil(() => job.update !== null, 'the end of the job')
    expect(job.update).toMatchObject({ state: 'failed', failure_reason: 'runner_system_failure' })
    expect(job.log.toString()).toContain('container is gone')
  })
})
