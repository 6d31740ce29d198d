import { execFileSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import type { JobPayload } from '../../../src/run/protocol.ts'
import { jobPayload, type PayloadWish } from '../../support/job-payload.ts'
import {
  type KnownJob,
  type RunnerProtocolServer,
  startRunnerProtocolServer,
} from '../../support/runner-protocol-server.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { leftovers } from '../executor/rooms.ts'
import { startTestRunner, type TestRunner } from './runner-in-process.ts'

const limit = 90_000
let server: RunnerProtocolServer
let runner: TestRunner
let composite: MockInstance<typeof AbortSignal.any>
beforeEach(async () => {
  composite = vi.spyOn(AbortSignal, 'any')
  server = await startRunnerProtocolServer()
  runner = await startTestRunner(server.url)
})
afterEach(async () => {
  await runner.end()
  await server.close()
  expect(await leftovers(runner.runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
  expect(runner.problems).toEqual([])
  expect(listenedTo(composite)).toEqual([])
  composite.mockRestore()
})

/**
 * Node keeps these for as long as somebody listens, and with them all that the listener knows of its job. `fetch` listens
 * until its request is collected as garbage, and knows it weakly.
 */
function listenedTo({ mock }: typeof composite): readonly string[] {
  const living = mock.results.map(result => result.value as AbortSignal).filter(signal => !signal.aborted)
  const listeners = living.flatMap(signal => getEventListeners(signal, 'abort')).map(String)
  return listeners.filter(listener => !listener.includes('.deref()'))
}

let ids = 100
function add(wish: Omit<PayloadWish, 'id'>): KnownJob {
  ids += 1
  return server.add(jobPayload({ id: ids, ...wish }))
}

async function run(wish: Omit<PayloadWish, 'id'>): Promise<KnownJob> {
  const job = add(wish)
  await waitUntil(() => job.update !== null, 'the end of the job')
  return job
}

describe('a job from claim to end', { timeout: limit }, () => {
  test('it succeeds, and its log tells the stages and the output', async () => {
    const job = await run({ script: ['echo hello $NAME'], variables: { NAME: 'world' } })
    expect(job.update).toMatchObject({ state: 'success', token: job.payload.slipway.lease_token })
    const log = job.log.toString()
    expect(log).toMatch(/section_start:\d+:prepare_executor\r.*Preparing the "docker" executor/)
    expect(log).toContain('\u001b[32;1m$ echo hello $NAME\u001b[0;m\nhello world\n')
    expect(log.trimEnd().endsWith('\u001b[32;1mJob succeeded\u001b[0;m')).toBe(true)
    expect([job.begun, job.claims]).toEqual([1, 1])
  })

  test('a failing script fails the job with its exit code', async () => {
    const job = await run({ script: ['exit 7'] })
    expect(job.update).toMatchObject({ state: 'failed', failure_reason: 'script_failure', exit_code: 7 })
    expect(job.log.toString()).toContain('ERROR: Job failed: exit code 7')
  })

  test('after_script runs with the status and changes nothing', async () => {
    const job = await run({ script: ['exit 3'], afterScript: ['echo status $CI_JOB_STATUS', 'exit 9'] })
    expect(job.update).toMatchObject({ state: 'failed', exit_code: 3 })
    expect(job.log.toString()).toContain('status failed\n')
  })

  test('after_script counts where the job says so', async () => {
    const job = await run({ afterScript: ['exit 9'], variables: { AFTER_SCRIPT_IGNORE_ERRORS: 'false' } })
    expect(job.update).toMatchObject({ state: 'failed', exit_code: 9 })
  })

  test('a payload that makes no sense is told as a failure, and leaves nothing', async () => {
    const job = await run({ more: { services: null as unknown as JobPayload['services'] } })
    expect(job.update).toMatchObject({ state: 'failed', failure_reason: 'runner_system_failure' })
    await waitUntil(() => runner.daemon.jobs().length === 0, 'the slot')
    expect(await readdir(join(runner.dataFolder, 'jobs'))).toEqual([])
    runner.problems.length = 0
  })

  test('secrets are masked, wherever they are printed', async () => {
    const job = await run({ script: ['echo "a $KEY b"', 'echo $CI_JOB_TOKEN'], secrets: { KEY: 'hush-hush-0815' } })
    const log = job.log.toString()
    expect(log).toContain('a [MASKED] b')
    expect(log).not.toContain('hush-hush-0815')
    expect(log).not.toContain(job.payload.token)
  })

  test('a cancel ends it soon, with after_script', async () => {
    const job = add({ script: ['echo begun', 'sleep 300'], afterScript: ['echo status $CI_JOB_STATUS'] })
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    job.canceling = true
    await waitUntil(() => job.update !== null, 'the end')
    expect(job.update).toMatchObject({ state: 'canceled' })
    expect(job.log.toString()).toContain('status canceled\n')
  })

  test('a timeout ends it, without after_script', async () => {
    const job = await run({ script: ['echo begun', 'sleep 300'], afterScript: ['echo never-said'], timeoutSeconds: 3 })
    expect(job.update).toMatchObject({ state: 'failed', failure_reason: 'job_execution_timeout' })
    expect(job.log.toString()).toContain('execution took longer than 3s seconds')
    expect(job.log.toString()).not.toContain('never-said\n')
  })

  test('a lease that is over ends it without a further word', async () => {
    const job = add({ script: ['echo begun', 'sleep 300'] })
    await waitUntil(() => job.log.includes('begun\n'), 'the first line')
    job.lostLease = true
    await waitUntil(() => runner.daemon.jobs().length === 0, 'the job to be dropped')
    expect(job.update).toBe(null)
  })

  test('an image that does not exist is a failure of the system that names the image', async () => {
    const job = await run({ image: 'nosuch.invalid/x:y' })
    expect(job.update).toMatchObject({ state: 'failed', failure_reason: 'runner_system_failure' })
    expect(job.log.toString()).toContain('image nosuch.invalid/x:y cannot be pulled')
  })

  test('docker works with a dind service and nothing else', async () => {
    const job = await run({
      image: 'docker:git',
      services: ['docker:dind'],
      script: ['docker info --format {{.Driver}}'],
    })
    expect(job.update).toMatchObject({ state: 'success' })
  })

  test('nothing is left on disk of a job that has ended', async () => {
    await run({ script: ['true'] })
    await waitUntil(async () => (await readdir(join(runner.dataFolder, 'jobs'))).length === 0, 'an empty folder')
  })
})

describe('the working copy', { timeout: limit }, () => {
  let repository: string
  let sha: string
  beforeEach(async () => {
    repository = await mkdtemp(join(tmpdir(), 'slipway-git-'))
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: repository })
        .toString()
        .trim()
    git('init', '-q', '-b', 'master')
    await writeFile(join(repository, 'deploy.sh'), '#!/bin/sh\necho deployed\n', { mode: 0o755 })
    git('add', '.')
    git('commit', '-qm', 'one')
    sha = git('rev-parse', 'HEAD')
    for (let id = ids + 1; id < ids + 10; id += 1) git('update-ref', `refs/pipelines/${id}`, sha)
  })
  afterEach(() => rm(repository, { recursive: true, force: true }))

  test('it is there, at the commit, with no token in it', async () => {
    server.git = { repository, password: jobPayload({ id: ids + 1 }).token }
    const job = await run({
      sha,
      image: 'docker:git',
      script: [
        './deploy.sh',
        'pwd',
        'git rev-parse HEAD',
        'cat .git/config',
        'git status --porcelain | wc -l',
        'grep -r glcbt- . || echo clean',
      ],
    })
    expect(job.update).toMatchObject({ state: 'success' })
    const log = job.log.toString()
    expect(log).toContain('deployed\n')
    expect(log).toContain('/builds/my-group/my-project\n')
    expect(log).toContain(`\n${sha}\n`)
    expect(log).toContain('url = "http://ci.example.com/my-group/my-project.git"')
    expect(log).toContain('clean\n')
    expect(log).toContain(`Checking out ${sha.slice(0, 8)} as detached HEAD (ref is master)...`)
  })

  test('a server that refuses the token fails the job, and the token is in no message', async () => {
    server.git = { repository, password: 'another' }
    const job = await run({ sha })
    expect(job.update).toMatchObject({ state: 'failed', failure_reason: 'script_failure' })
    expect(job.log.toString()).not.toContain(job.payload.token)
  })
})
