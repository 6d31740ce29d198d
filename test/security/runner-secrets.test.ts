// Where a job's secrets may not be: environment and configuration of containers, process lists, git's files, the log,
// what is left on disk. And what a job may not become.
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { engine, leftovers } from '../integration/executor/rooms.ts'
import { startTestRunner, type TestRunner } from '../integration/runner/runner-in-process.ts'
import { jobPayload, type PayloadWish } from '../support/job-payload.ts'
import {
  type KnownJob,
  type RunnerProtocolServer,
  startRunnerProtocolServer,
} from '../support/runner-protocol-server.ts'
import { waitUntil } from '../support/wait-until.ts'

const secret = 'hush-hush-0815-secret'
let server: RunnerProtocolServer
let runner: TestRunner
let repository: string
let sha: string
beforeEach(async () => {
  server = await startRunnerProtocolServer()
  runner = await startTestRunner(server.url)
  repository = await mkdtemp(join(tmpdir(), 'slipway-git-'))
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: repository })
      .toString()
      .trim()
  git('init', '-q', '-b', 'master')
  await writeFile(join(repository, 'f'), 'f\n')
  git('add', '.')
  git('commit', '-qm', 'one')
  sha = git('rev-parse', 'HEAD')
})
afterEach(async () => {
  await runner.end()
  await server.close()
  await rm(repository, { recursive: true, force: true })
  expect(await leftovers(runner.runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
})

let ids = 700
function add(wish: Omit<PayloadWish, 'id'>): KnownJob {
  ids += 1
  const payload = jobPayload({ id: ids, sha, secrets: { HUSH: secret }, ...wish })
  execFileSync('git', ['update-ref', `refs/pipelines/${ids}`, sha], { cwd: repository })
  server.git = { repository, password: payload.token }
  return server.add(payload)
}

const end = (job: KnownJob) => waitUntil(() => job.update !== null, 'the end of the job')
const inspectAll = async () => {
  const found = await engine.docker.listContainers({
    all: true,
    filters: { label: [`slipway.runner=${runner.runnerId}`] },
  })
  return Promise.all(found.map(({ Id }) => engine.docker.getContainer(Id).inspect()))
}

describe('secrets', { timeout: 120_000 }, () => {
  test('are in no container’s configuration, process list or git file while the job runs', async () => {
    const job = add({
      image: 'docker:git',
      services: ['docker:dind'],
      script: [
        '(grep -rl "glcbt-" .git /builds 2>/dev/null || true) | wc -l | sed "s/^/files: /"',
        'test "$HUSH" = "$(printf %s-%s-%s hush hush 0815-secret)" && echo known',
        'echo begun',
        'sleep 3',
      ],
    })
    await waitUntil(() => job.log.includes('begun\n'), 'the first lines')
    const configured = JSON.stringify(await inspectAll())
    const processes = await processList()
    for (const hidden of [secret, job.payload.token, job.payload.slipway.lease_token]) {
      expect(configured).not.toContain(hidden)
      expect(processes).not.toContain(hidden)
    }
    await end(job)
    expect(job.log.toString()).toContain('files: 0\n')
    expect(job.log.toString()).toContain('known\n')
  })

  test('are masked in all their spellings, also when they are printed in pieces', async () => {
    const script = [
      'printf %s "$HUSH" | base64 -w0; echo',
      'printf "x%sx%s\\n" "$HUSH" "$HUSH"',
      'i=0; while [ $i -lt 21 ]; do printf %s "$HUSH" | cut -c$((i+1)) | tr -d "\\n"; sleep 0.01; i=$((i+1)); done; echo',
      'echo "$HUSH" >&2',
    ]
    const job = add({ script })
    await end(job)
    const log = job.log.toString()
    expect(log).not.toContain(secret)
    expect(log).not.toContain(Buffer.from(secret).toString('base64').slice(0, 24))
    expect(log.match(/\[MASKED\]/g)?.length).toBeGreaterThanOrEqual(5)
  })

  test('are gone from the runner’s disk when the job is', async () => {
    const job = add({ script: ['echo "$HUSH"'] })
    await end(job)
    await waitUntil(async () => (await readdir(join(runner.dataFolder, 'jobs'))).length === 0, 'an empty folder')
    const found = execFileSync('sh', [
      '-c',
      `grep -rl -e "${secret}" -e "glcbt-" "${runner.dataFolder}" || true`,
    ]).toString()
    expect(found).toBe('')
  })

  test('a cancel shows nothing of the script that has not run', async () => {
    const job = add({ script: ['echo begun', 'sleep 60', 'echo never-shown'] })
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    job.canceling = true
    await end(job)
    expect(job.log.toString()).not.toContain('never-shown')
  })
})

describe('what a job may not become', { timeout: 120_000 }, () => {
  test('its container is never privileged, has the engine’s capabilities at most, and a limit of processes', async () => {
    const job = add({
      image: 'docker:git',
      services: ['docker:dind'],
      script: ['echo begun', 'sleep 2', 'grep CapEff /proc/self/status'],
    })
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    const [container] = (await inspectAll()).filter(({ Config }) => Config.Labels['slipway.kind'] === 'job')
    expect(container?.HostConfig).toMatchObject({ Privileged: false, PidsLimit: 4096, CapDrop: ['NET_RAW'] })
    expect(container?.HostConfig.Binds ?? []).toEqual([])
    await end(job)
    // Docker's own set without NET_RAW; `capsh --decode` tells their names.
    expect(/CapEff:\s*0*([0-9a-f]+)/.exec(job.log.toString())?.[1]).toBe('a80405fb')
  })

  test.each([
    '$(touch /tmp/pwned)',
    '`id`',
    ';id',
    '-oProxyCommand=x',
    '--upload-pack=touch',
    'zzz";echo${IFS}"hello";#',
  ])('a ref named %j runs nothing, and its name reaches the job as it is', async ref => {
    const made = jobPayload({ id: 1 })
    const job = add({
      variables: { CI_COMMIT_REF_NAME: ref.replaceAll('$', '$$') },
      script: ['printf "<%s>\\n" "$REF"', 'test ! -e /tmp/pwned'],
      secrets: { REF: ref },
      more: { git_info: { ...made.git_info, sha, ref, refspecs: [`+refs/heads/${ref}:refs/remotes/origin/${ref}`] } },
    })
    await end(job)
    expect(job.update).toMatchObject({ state: 'success' })
    expect(job.log.toString()).not.toContain('\nhello')
  })

  test('jobs of different projects share no network with a service in it', async () => {
    const one = add({
      image: 'docker:git',
      services: ['docker:dind'],
      variables: { GIT_STRATEGY: 'none' },
      script: ['docker info --format "{{.ID}}"', 'sleep 3'],
    })
    const two = add({
      image: 'docker:git',
      services: ['docker:dind'],
      variables: { GIT_STRATEGY: 'none' },
      script: ['docker info --format "{{.ID}}"', 'sleep 3'],
    })
    await Promise.all([end(one), end(two)])
    const id = (job: KnownJob) => /^([0-9A-Z:]{40,}|[0-9a-f-]{36})$/m.exec(job.log.toString())?.[1]
    expect(id(one)).toBeDefined()
    expect(id(one)).not.toBe(id(two))
  })
})

async function processList(): Promise<string> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.join('\n')
}
