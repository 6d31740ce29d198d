import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JobArtifacts, JobCache, JobPayload } from '../../../src/run/protocol.ts'
import { jobPayload, type PayloadWish } from '../../support/job-payload.ts'
import {
  type KnownJob,
  type RunnerProtocolServer,
  startRunnerProtocolServer,
} from '../../support/runner-protocol-server.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { leftovers } from '../executor/rooms.ts'
import { startTestRunner, type TestRunner } from './runner-in-process.ts'

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
  await writeFile(join(repository, 'package-lock.json'), '{}\n')
  git('add', '.')
  git('commit', '-qm', 'one')
  sha = git('rev-parse', 'HEAD')
})
afterEach(async () => {
  await runner.end()
  await server.close()
  await rm(repository, { recursive: true, force: true })
  expect(await leftovers(runner.runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
  expect(runner.problems).toEqual([])
})

let ids = 300
async function run(wish: Omit<PayloadWish, 'id'>): Promise<KnownJob> {
  ids += 1
  const payload = jobPayload({ id: ids, sha, ...wish })
  execFileSync('git', ['update-ref', `refs/pipelines/${ids}`, sha], { cwd: repository })
  server.git = { repository, password: payload.token }
  const job = server.add(payload)
  await waitUntil(() => job.update !== null, 'the end of the job')
  return job
}

const archive = (more: Partial<JobArtifacts>): JobArtifacts => ({
  artifact_type: 'archive',
  artifact_format: 'zip',
  when: 'on_success',
  ...more,
})

const dependsOn = (job: KnownJob): Partial<JobPayload> => ({
  dependencies: [
    {
      id: job.payload.id,
      name: 'build',
      token: job.payload.token,
      artifacts_file: { filename: 'artifacts.zip', size: 1 },
    },
  ],
})

describe('artifacts', { timeout: 90_000 }, () => {
  test('files, folders and links of one job are in the next one, under names with patterns and excludes', async () => {
    const first = await run({
      script: [
        'mkdir -p out/deep .hidden && echo a > out/a.txt && echo b > out/deep/b.txt && echo c > out/c.log',
        'ln -s deep/b.txt out/link && echo h > .hidden/h && chmod 755 out/a.txt && echo no > other.txt',
      ],
      more: {
        artifacts: [archive({ paths: ['out/', '.hidden/*', '../secret'], exclude: ['**/*.log'], expire_in: '1 week' })],
      },
    })
    expect(first.update).toMatchObject({ state: 'success' })
    expect(first.artifacts[0]?.query.get('filename')).toBe('artifacts.zip')
    expect(first.artifacts[0]?.query.get('expire_in')).toBe('1 week')
    expect(first.log.toString()).toContain("../secret: is outside of the project's folder")
    const second = await run({
      script: [
        'find . -path ./.git -prune -o -print | sort',
        'cat out/link out/a.txt .hidden/h',
        'test -x out/a.txt',
        'readlink out/link',
      ],
      more: dependsOn(first),
    })
    expect(second.update).toMatchObject({ state: 'success' })
    const log = second.log.toString()
    expect(log).toContain('./out\n./out/a.txt\n./out/deep\n./out/deep/b.txt\n./out/link\n./package-lock.json\n')
    expect(log).toContain('b\na\nh\n')
    expect(log).toContain('deep/b.txt\n')
  })

  test('nothing that matches is a warning and no failure', async () => {
    const job = await run({ more: { artifacts: [archive({ paths: ['nothing/'] })] } })
    expect(job.update).toMatchObject({ state: 'success' })
    expect(job.log.toString()).toContain('nothing/: no matching files')
    expect(job.log.toString()).toContain('ERROR: No files to upload')
  })

  test('untracked takes what the commit does not have', async () => {
    const job = await run({ script: ['echo new > new.txt'], more: { artifacts: [archive({ untracked: true })] } })
    const next = await run({ script: ['ls'], more: dependsOn(job) })
    expect(next.log.toString()).toContain('new.txt\n')
    expect(job.log.toString()).toContain('untracked: found 1 matching')
  })

  test('when: on_failure is for failed jobs, reports are for all', async () => {
    const job = await run({
      script: ['echo X=1 > build.env', 'echo log > f.log', 'exit 1'],
      more: {
        artifacts: [
          archive({ paths: ['f.log'], when: 'on_failure' }),
          archive({ paths: ['build.env'], when: 'on_success', name: 'good' }),
          { artifact_type: 'dotenv', artifact_format: 'gzip', paths: ['build.env'], when: 'always' },
        ],
      },
    })
    expect(job.update).toMatchObject({ state: 'failed', exit_code: 1 })
    expect(job.artifacts.map(({ query }) => query.get('artifact_type'))).toEqual(['archive', 'dotenv'])
    expect(gunzipSync(job.artifacts[1]?.bytes ?? Buffer.alloc(0)).toString()).toBe('X=1\n')
  })

  test('artifacts that are gone fail the job with the name of the other', async () => {
    const job = await run({
      more: {
        dependencies: [{ id: 999_999, name: 'build', token: 'x', artifacts_file: { filename: 'a.zip', size: 1 } }],
      },
    })
    expect(job.update).toMatchObject({ state: 'failed', failure_reason: 'missing_dependency_failure' })
  })

  test('a link out of the project is kept as a link, and nothing is read or written through it', async () => {
    const first = await run({
      script: ['ln -s /etc out', 'mkdir d && ln -s /etc/hostname d/h'],
      more: { artifacts: [archive({ paths: ['out/**', 'out', 'd'] })] },
    })
    const second = await run({ script: ['readlink out', 'readlink d/h', 'ls -la'], more: dependsOn(first) })
    expect(second.log.toString()).toContain('/etc\n')
    expect(first.log.toString()).toContain('out/**: found 1 matching')
  })
})

describe('caches', { timeout: 90_000 }, () => {
  const cache = (more: Partial<JobCache> = {}): JobCache => ({
    key: 'k-$CI_COMMIT_REF_SLUG',
    fallback_keys: [],
    untracked: false,
    paths: ['node_modules/'],
    policy: 'pull-push',
    when: 'on_success',
    ...more,
  })

  test('what one job saves the next one has, and what did not change is not sent again', async () => {
    const wish = { variables: { CI_COMMIT_REF_SLUG: 'master' }, more: { cache: [cache()] } }
    await run({ ...wish, script: ['mkdir node_modules && echo m > node_modules/m'] })
    expect([...server.caches.keys()]).toEqual(['k-master'])
    const second = await run({ ...wish, script: ['cat node_modules/m'] })
    expect(second.update).toMatchObject({ state: 'success' })
    expect(second.log.toString()).toContain('Nothing in it has changed')
    expect(server.cacheUploads).toBe(1)
    await run({ ...wish, script: ['echo n > node_modules/n'] })
    expect(server.cacheUploads).toBe(2)
  })

  test('a key of files is the same for the same files, and a fallback is asked after it', async () => {
    const key = { key_files: { files: ['package-lock.json'], prefix: 'deps' } }
    const first = await run({
      script: ['mkdir node_modules && echo m > node_modules/m'],
      more: { cache: [cache(key)] },
    })
    expect(first.log.toString()).toMatch(/Checking cache for deps-[0-9a-f]{40}/)
    const kept = [...server.caches.keys()][0] ?? ''
    const other = await run({
      script: ['cat node_modules/m'],
      more: { cache: [cache({ key: 'unknown', fallback_keys: [kept], policy: 'pull' })] },
    })
    expect(other.update).toMatchObject({ state: 'success' })
  })

  test('a cache that is not what was kept is not unpacked, and the fallback is asked for', async () => {
    const wish = { more: { cache: [cache({ key: 'good' })] } }
    await run({ ...wish, script: ['mkdir node_modules && echo good > node_modules/m'] })
    const kept = server.caches.get('good')
    if (kept === undefined) throw new Error('no cache was kept')
    const sha256 = createHash('sha256').update('something else').digest('base64')
    server.caches.set('tampered', { ...kept, sha256 })
    const job = await run({
      script: ['cat node_modules/m'],
      more: { cache: [cache({ key: 'tampered', fallback_keys: ['good'], policy: 'pull' })] },
    })
    expect(job.update).toMatchObject({ state: 'success' })
    const log = job.log.toString()
    expect(log).toContain('WARNING: the cache under tampered is not what was kept')
    expect(log).toMatch(/Checking cache for good[\s\S]*Successfully extracted cache/)
    expect(log.match(/Successfully extracted cache/g)).toHaveLength(1)
  })

  test('a broken cache is a warning', async () => {
    server.caches.set('bad', { digest: '"x"', bytes: Buffer.from('this is no archive') })
    const job = await run({ more: { cache: [cache({ key: 'bad', policy: 'pull' })] } })
    expect(job.update).toMatchObject({ state: 'success' })
    expect(job.log.toString()).toContain('WARNING: the cache could not be brought')
  })
})
