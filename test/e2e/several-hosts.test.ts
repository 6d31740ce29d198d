// Runners on several hosts share one queue. A host is a network namespace here: its only way out is HTTP to the server, so there is no
// Redis for it. Its engine is the same as ours, reached over the socket.
import { mkdir, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProject, type TestProject } from '../support/project.ts'
import { eventually, type Slipway, startSlipway } from '../support/slipway.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary.ts'

const launcher = join(import.meta.dirname, '../../bin/slipway')
const defineRunner = join(import.meta.dirname, '../../src/runner/config.ts')

type Running = Promise<unknown> & { readonly kill: (signal: NodeJS.Signals) => boolean }
type Host = { readonly end: () => Promise<void>; readonly enter: (...words: string[]) => Running }

let slipway: Slipway
let project: TestProject
let temporary: TemporaryFolder
const ending: (() => Promise<void>)[] = []
beforeAll(async () => {
  temporary = await createTemporaryFolder('slipway-hosts')
  slipway = await startSlipway({ words: ['up', '--no-runner'] })
  project = await createProject(slipway, 'my-group/my-project')
}, 120_000)
afterAll(async () => {
  for (const end of ending.reverse()) await end()
  await project?.remove()
  await slipway?.stop()
  await temporary.remove()
}, 120_000)

/** A namespace with one cable to this one, at whose other end only the server's port answers. */
async function createHost(index: number): Promise<Host & { readonly serverUrl: string }> {
  const name = `slw${process.pid % 10_000}-${index}`
  const [outside, inside] = [`10.213.${index}.1`, `10.213.${index}.2`]
  const ip = (...words: string[]) => execa('ip', words)
  await ip('netns', 'add', name)
  await ip('link', 'add', `${name}a`, 'type', 'veth', 'peer', 'name', `${name}b`, 'netns', name)
  await ip('address', 'add', `${outside}/30`, 'dev', `${name}a`)
  await ip('link', 'set', `${name}a`, 'up')
  await ip('-n', name, 'address', 'add', `${inside}/30`, 'dev', `${name}b`)
  await ip('-n', name, 'link', 'set', `${name}b`, 'up')
  await ip('-n', name, 'link', 'set', 'lo', 'up')
  const door = await openDoor(outside)
  return {
    serverUrl: `http://${outside}:${slipway.port}`,
    enter: (...words) => execa('ip', ['netns', 'exec', name, ...words], { reject: false, stdin: 'ignore' }),
    end: async () => {
      door.close()
      await ip('netns', 'delete', name)
      await execa('ip', ['link', 'delete', `${name}a`], { reject: false }) // gone with its other end, mostly
    },
  }
}

function openDoor(address: string): Promise<Server> {
  const door = createServer(outer => {
    const inner = connect(slipway.port, '127.0.0.1')
    outer.pipe(inner).on('error', () => outer.destroy())
    inner.pipe(outer).on('error', () => inner.destroy())
  })
  return new Promise(resolve => door.listen(slipway.port, address, () => resolve(door)))
}

async function startRunner(name: string, host: { readonly enter: Host['enter']; readonly serverUrl: string }) {
  const folder = join(temporary.path, name)
  await mkdir(folder)
  const tokenFile = join(folder, 'token')
  const registered = await slipway.cli('runner', 'register', '--description', name, '--token-file', tokenFile)
  expect(registered.stdout).toContain(`its token is in ${tokenFile}`)
  const config = { server: host.serverUrl, tokenFile, dataFolder: join(folder, 'data'), concurrency: 1 }
  const file = join(folder, 'runner.config.ts')
  const whole = JSON.stringify({ ...config, docker: { pullPolicy: 'if-not-present', spareNetworks: 0 } })
  await writeFile(file, `import { defineRunner } from '${defineRunner}'\nexport default defineRunner(${whole})\n`)
  const child = host.enter(launcher, 'runner', '--config', file)
  ending.push(async () => {
    child.kill('SIGTERM')
    await child
  })
}

const here = (): { readonly enter: Host['enter']; readonly serverUrl: string } => ({
  serverUrl: slipway.url,
  enter: (command = '', ...words) =>
    execa(command, words, { reject: false, stdin: 'ignore', env: { SLIPWAY_URL: '' } }),
})

describe('one queue', { timeout: 240_000 }, () => {
  test('is worked on by two runners here and one on each of two other hosts, each job once', async () => {
    const hosts = [await createHost(1), await createHost(2)]
    ending.push(...hosts.map(host => host.end))
    await startRunner('here-1', here())
    await startRunner('here-2', here())
    for (const [index, host] of hosts.entries()) await startRunner(`far-${index}`, host)
    await eventually('four runners that are online', 60_000, async () => {
      const { body } = await slipway.api<{ online: boolean }[]>('GET', '/runners/all')
      return body.filter(runner => runner.online).length === 4
    })
    await project.write({
      '.gitlab-ci.yml': 'job:\n  image: busybox\n  parallel: 8\n  script:\n    - cat file; sleep 2\n',
      file: 'from git\n',
    })
    await project.commitAndPush('master')
    const { id, status } = await project.finished('master', 180_000)
    const { body: jobs } = await slipway.api<{ id: number; runner: { description: string } }[]>(
      'GET',
      `/projects/${project.id}/pipelines/${id}/jobs?include_retried=true&per_page=100`,
    )
    expect([status, jobs.length]).toEqual(['success', 8])
    expect(await project.trace(jobs[0]?.id ?? 0)).toContain('from git')
    expect([...new Set(jobs.map(job => job.runner.description))].sort()).toEqual(['far-0', 'far-1', 'here-1', 'here-2'])
  })

  test('takes no more jobs to a runner that is paused', async () => {
    const { body: runners } = await slipway.api<{ id: number; description: string }[]>('GET', '/runners/all')
    for (const { id, description } of runners)
      if (description !== 'far-1') expect((await slipway.cli('runner', 'pause', String(id))).exitCode).toBe(0)
    await project.write({ '.gitlab-ci.yml': 'job:\n  image: busybox\n  parallel: 2\n  script: ["true"]\n' })
    await project.commitAndPush('paused')
    const { id } = await project.finished('paused', 120_000)
    const { body: jobs } = await slipway.api<{ runner: { description: string } }[]>(
      'GET',
      `/projects/${project.id}/pipelines/${id}/jobs`,
    )
    expect(jobs.map(job => job.runner.description)).toEqual(['far-1', 'far-1'])
  })
})
