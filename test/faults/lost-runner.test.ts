// A runner and a server that cannot hear each other, for a while or for too long: at no moment may two attempts of a job
// write, and what was lost comes to its end without anybody's help. One real server, a runner behind a proxy for each fault.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leftovers } from '../integration/executor/rooms.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { createProject, type JobView, type TestProject } from '../support/project.ts'
import { createRunnerHome, type RunnerHome, type RunnerProcess } from '../support/runner-process.ts'
import { eventually, type Slipway, startSlipway } from '../support/slipway.ts'
import { waitUntil } from '../support/wait-until.ts'

// Spares would be containers too.
const docker = { pullPolicy: 'if-not-present', spareNetworks: 0 }
let slipway: Slipway
const hosts: Host[] = []
const projects: TestProject[] = []

beforeAll(async () => {
  slipway = await startSlipway({ words: ['up', '--no-runner'] })
})
afterAll(async () => {
  await Promise.all(hosts.map(host => host.end()))
  await Promise.all(projects.map(project => project.remove()))
  await slipway?.stop()
})

type Host = {
  readonly proxy: FaultProxy
  readonly home: RunnerHome
  readonly runner: RunnerProcess
  readonly end: () => Promise<void>
}

/** A runner for this tag alone, that reaches the server by a proxy. */
async function startHost(tag: string): Promise<Host> {
  const words = ['--description', tag, '--tags', tag, '--no-run-untagged', '--json']
  const registered = await slipway.cli('runner', 'register', ...words)
  const { token } = JSON.parse(registered.stdout) as { token: string }
  const proxy = await startFaultProxy({ port: slipway.port })
  const home = createRunnerHome(`http://127.0.0.1:${proxy.port}`, { docker }, { token })
  const runner = home.start()
  await waitUntil(() => home.lines.some(line => line.includes('runner is ready')), 'the runner to be ready')
  const end = async () => {
    proxy.set('pass')
    runner.kill('SIGTERM')
    await runner.exited
    const left = await leftovers(home.identity())
    await home.remove()
    await proxy.close()
    expect(left).toEqual({ containers: 0, networks: 0, volumes: 0 })
  }
  const host = { proxy, home, runner, end }
  hosts.push(host)
  return host
}

async function push(tag: string, more: string, script: readonly string[]): Promise<TestProject> {
  const project = await createProject(slipway, `my-group/${tag}`)
  projects.push(project)
  const lines = script.map(line => `    - ${JSON.stringify(line)}`)
  await project.write({
    '.gitlab-ci.yml': `job:\n  image: busybox\n  tags: [${tag}]\n${more}  script:\n${lines.join('\n')}\n`,
  })
  await project.commitAndPush('master')
  return project
}

/** All attempts, the first one first. */
async function attempts(project: TestProject): Promise<readonly JobView[]> {
  const [pipeline] = await project.pipelines('master')
  const { body } = await slipway.api<JobView[]>(
    'GET',
    `/projects/${project.id}/pipelines/${pipeline?.id}/jobs?include_retried=true`,
  )
  return body.toSorted((one, other) => one.id - other.id)
}

async function untilPrinted(project: TestProject, text: string, attempt = 0): Promise<number> {
  return eventually(`'${text}' in the log`, 60_000, async () => {
    const job = (await attempts(project))[attempt]
    return job !== undefined && (await project.trace(job.id)).includes(text) ? job.id : null
  })
}

const count = (to: number) => `i=0; while [ $i -lt ${to} ]; do i=$((i+1)); echo "line $i."; sleep 0.2; done`
const counted = (trace: string) => [...trace.matchAll(/^line (\d+)\./gm)].map(([, number]) => Number(number))
const upTo = (to: number) => Array.from({ length: to }, (_, index) => index + 1)

describe.concurrent('a runner that the server does not hear', { timeout: 120_000 }, () => {
  test('for less than ten seconds goes on as if nothing had happened', async () => {
    const { proxy } = await startHost('blink')
    const project = await push('blink', '', [count(40)])
    const jobId = await untilPrinted(project, 'line 3.')
    proxy.set('stall')
    const before = await project.trace(jobId)
    // A heartbeat or two are missing then; no nearer to the ten seconds, which a busy machine adds to.
    await eventually('four seconds to pass', 30_000, later(4_000))
    expect((await project.trace(jobId)).length).toBeLessThan(before.length + 2_000)
    proxy.set('pass')
    expect((await project.finished('master')).status).toBe('success')
    expect(counted(await project.trace(jobId))).toEqual(upTo(40))
    expect(await attempts(project)).toHaveLength(1)
  })

  test('for longer has lost its job: another one takes the next attempt, and the first says nothing more', async () => {
    const cutOff = await startHost('partition')
    const project = await push('partition', '  retry: 1\n', [count(400)])
    const first = await untilPrinted(project, 'line 3.')
    cutOff.proxy.set('cut')
    await eventually(
      'the end of the first attempt',
      30_000,
      async () => (await attempts(project))[0]?.status === 'failed',
    )
    expect((await attempts(project))[0]).toMatchObject({ failure_reason: 'runner_system_failure' })
    const traceAtLoss = await project.trace(first)
    await startHost('partition')
    const second = await untilPrinted(project, 'line 3.', 1)
    cutOff.proxy.set('pass')
    await waitUntil(async () => (await leftovers(cutOff.home.identity())).containers === 0, 'the first container’s end')
    expect(await project.trace(first)).toBe(traceAtLoss)
    await slipway.api('POST', `/projects/${project.id}/jobs/${second}/cancel`)
    expect((await project.finished('master')).status).toBe('canceled')
  })

  test('because it stood still as a whole ends its job when it wakes up', async () => {
    const { runner, home } = await startHost('asleep')
    const project = await push('asleep', '', [count(400)])
    const jobId = await untilPrinted(project, 'line 3.')
    runner.kill('SIGSTOP')
    expect((await project.finished('master', 30_000)).status).toBe('failed')
    const traceAtLoss = await project.trace(jobId)
    runner.kill('SIGCONT')
    await waitUntil(async () => (await leftovers(home.identity())).containers === 0, 'the end of its container')
    expect(await project.trace(jobId)).toBe(traceAtLoss)
    expect(await attempts(project)).toMatchObject([{ failure_reason: 'runner_system_failure' }])
  })

  test('before the script began gives the job back, and the script runs once', async () => {
    const cutOff = await startHost('early')
    const asked = new Promise<void>(resolve => {
      cutOff.proxy.whenAsked(/POST \S+\/begin /, asker => {
        asker.destroy()
        cutOff.proxy.set('cut')
        resolve()
      })
    })
    const project = await push('early', '', ['echo only once'])
    await asked
    await startHost('early')
    expect((await project.finished('master', 60_000)).status).toBe('success')
    cutOff.proxy.set('pass')
    await waitUntil(async () => (await leftovers(cutOff.home.identity())).containers === 0, 'the first container’s end')
    const [job, ...others] = await attempts(project)
    expect(others).toEqual([])
    expect((await project.trace(job?.id ?? 0)).match(/^only once$/gm)).toHaveLength(1)
  })

  test('when it claims is given the same job again, at once', async () => {
    const { proxy, home } = await startHost('claim')
    const lost = proxy.loseAnswerTo(/POST \S+\/slipway\/claim /)
    const project = await push('claim', '', ['echo claimed'])
    await lost
    expect((await project.finished('master')).status).toBe('success')
    const started = home.lines.filter(line => line.includes('job started'))
    expect(started).toHaveLength(1)
    expect(started[0]).toContain('"lease":1')
  })
})

/** Named points of the protocol at which the server dies; the runner does not notice more than a pause. */
describe('a server killed', { timeout: 120_000 }, () => {
  const say = (name: string) => ['echo begun', 'sleep 1', `echo ${name} ended`]
  async function expectOneWholeAttempt(project: TestProject, name: string): Promise<void> {
    expect((await project.finished('master', 60_000)).status).toBe('success')
    const [job, ...others] = await attempts(project)
    expect(others).toEqual([])
    const trace = await project.trace(job?.id ?? 0)
    expect(trace.match(new RegExp(`^${name} ended$`, 'gm'))).toHaveLength(1)
    expect(trace.match(/Job succeeded/g)).toHaveLength(1)
  }

  test('before it heard of the job’s end', async () => {
    const { proxy } = await startHost('unheard')
    const killed = new Promise<void>((resolve, reject) => {
      proxy.whenAsked(/^PUT \/api\/v4\/jobs\/\d+ /, () => slipway.kill().then(resolve, reject))
    })
    const project = await push('unheard', '', say('unheard'))
    await killed
    await slipway.start()
    await expectOneWholeAttempt(project, 'unheard')
  })

  test('between the job’s end and its answer', async () => {
    const { proxy } = await startHost('unanswered')
    const lost = proxy.loseAnswerTo(/^PUT \/api\/v4\/jobs\/\d+ /)
    const project = await push('unanswered', '', say('unanswered'))
    await lost
    await slipway.kill()
    await slipway.start()
    await expectOneWholeAttempt(project, 'unanswered')
  })

  test('when it was asked whether the script may begin', async () => {
    const { proxy } = await startHost('unbegun')
    const killed = new Promise<void>((resolve, reject) => {
      proxy.whenAsked(/POST \S+\/begin /, () => slipway.kill().then(resolve, reject))
    })
    const project = await push('unbegun', '', say('unbegun'))
    await killed
    await slipway.start()
    await expectOneWholeAttempt(project, 'unbegun')
  })
})

/** True from so many milliseconds after the first look on. */
function later(durationMs: number): () => Promise<boolean> {
  const startMs = performance.now()
  return async () => performance.now() - startMs > durationMs
}
