// Whatever is killed in the middle of a pipeline: it ends as if nothing had happened, and nothing is left behind.
import { connect } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type TestProject } from '../support/project.ts'
import { eventually, type Slipway, startSlipway } from '../support/slipway.ts'

let slipway: Slipway
let project: TestProject

const lines = 30
const pipeline = [
  'image: busybox',
  'stages: [build, test]',
  'build:',
  '  stage: build',
  '  script:',
  `    - i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "build line $i."; sleep 0.2; done`,
  'test1:',
  '  stage: test',
  '  script:',
  `    - i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "test line $i."; sleep 0.2; done`,
  '',
].join('\n')

beforeAll(async () => {
  slipway = await startSlipway()
  project = await createProject(slipway, 'my-group/my-project')
  await project.write({ '.gitlab-ci.yml': pipeline })
}, 120_000)

afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
}, 120_000)

/** Pushes to a new branch and waits until this line stands in the log of this job. */
async function startedUntil(ref: string, name: string, line: string): Promise<number> {
  await project.commitAndPush(ref)
  return await eventually(`'${line}' in the log of ${name}`, 120_000, async () => {
    const [found] = await project.pipelines(ref)
    const job = found === undefined ? undefined : (await project.jobs(found.id)).find(each => each.name === name)
    if (job === undefined || job.started_at === null) return null
    return (await project.trace(job.id)).includes(line) ? job.id : null
  })
}

async function expectWhole(ref: string): Promise<void> {
  const ended = await project.finished(ref, 120_000)
  const jobs = await project.jobs(ended.id)
  const told = (await Promise.all(jobs.map(job => project.trace(job.id)))).join('\n') + slipway.output().slice(-3000)
  expect(
    jobs.map(job => [job.name, job.status]),
    told,
  ).toEqual([
    ['build', 'success'],
    ['test1', 'success'],
  ])
  for (const [index, word] of ['build', 'test'].entries()) {
    const trace = await project.trace(jobs[index]?.id ?? 0)
    const printed = [...trace.matchAll(new RegExp(`^${word} line (\\d+)\\.`, 'gm'))].map(match => Number(match[1]))
    expect(printed, trace).toEqual(Array.from({ length: lines }, (_, number) => number + 1))
  }
}

describe('a pipeline survives', { timeout: 300_000 }, () => {
  it('kill -9 of the runner: it goes on with the same attempt, and no byte of the log is lost or doubled', async () => {
    const jobId = await startedUntil('runner-killed', 'test1', 'test line 5.')
    process.kill(await runnerPid(slipway.pid()), 'SIGKILL')
    await expectWhole('runner-killed')
    const [newest] = await project.pipelines('runner-killed')
    expect((await project.jobs(newest?.id ?? 0))[1]?.id).toBe(jobId)
  })

  it('kill -9 of the server: the job runs on, and what it printed meanwhile is there', async () => {
    await startedUntil('server-killed', 'build', 'build line 5.')
    await slipway.kill()
    await slipway.start()
    await expectWhole('server-killed')
  })

  it('FLUSHALL of Redis between the stages', async () => {
    await startedUntil('flushed', 'build', 'build line 5.')
    await flushAll(join(slipway.folder, 'redis/redis.sock'))
    await expectWhole('flushed')
  })

  it('and nothing of its jobs is left in Docker', async () => {
    const runner = await runnerLabel()
    await eventually('an engine without anything of these jobs', 60_000, async () => {
      const filters = ['--filter', `label=slipway.runner=${runner}`, '--filter', 'label=slipway.job', '-q']
      const kinds = [
        ['ps', '-a'],
        ['network', 'ls'],
        ['volume', 'ls'],
      ]
      const found = await Promise.all(kinds.map(words => execa('docker', [...words, ...filters])))
      return found.every(each => each.stdout === '')
    })
  })
})

/** The child of `slipway up` that is the runner. */
async function runnerPid(parent: number): Promise<number> {
  const { stdout } = await execa('pgrep', ['-P', String(parent), '-f', 'main.ts runner'])
  return Number(stdout.split('\n')[0])
}

/** The label under which this runner's objects are found: a job's own container tells it. */
async function runnerLabel(): Promise<string> {
  await startedUntil('labelled', 'build', 'build line 1.')
  const [newest] = await project.pipelines('labelled')
  const [job] = await project.jobs(newest?.id ?? 0)
  const { stdout } = await execa('docker', [
    ...['ps', '-a', '--filter', `label=slipway.job=${job?.id}`, '--filter', 'label=slipway.kind=job'],
    ...['--format', '{{.Label "slipway.runner"}}'],
  ])
  await project.finished('labelled')
  return stdout.split('\n')[0] ?? ''
}

function flushAll(socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket, () => connection.write('FLUSHALL\r\n'))
    connection.once('error', reject)
    connection.once('data', () => {
      connection.destroy()
      resolve()
    })
  })
}
