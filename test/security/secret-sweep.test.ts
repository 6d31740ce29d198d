// S8, S19, S28 and promise 6: a pipeline that uses everything, and a look at all places where a secret of its could have been
// left: while it runs, at containers and processes; afterwards, at logs, Redis, artifacts, caches, and what is on disk.
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultLimits } from '../../src/runner/archive-limits.ts'
import { extractTar } from '../../src/runner/tar-archive.ts'
import { extractZip } from '../../src/runner/zip-archive.ts'
import { engine } from '../integration/executor/rooms.ts'
import { createProject, type TestProject } from '../support/project.ts'
import { type Slipway, startSlipway } from '../support/slipway.ts'

const secret = 'sweep-me-0815-up'
const tokens = /(glcbt|slpl|glrt)-[A-Za-z0-9_-]{12,}/
const pipeline = `
default:
  image: docker:git
build:
  services: ["docker:dind"]
  cache: { key: k, paths: [cached/] }
  artifacts:
    paths: [./]
    reports: { dotenv: build.env }
  script:
    - echo "$HUSH $CI_JOB_TOKEN $CI_REGISTRY_PASSWORD"; cat "$HUSH_FILE"; env
    - mkdir cached; echo "VERSION=1" > build.env; git fetch origin
    - docker login -u gitlab-ci-token -p "$CI_JOB_TOKEN" $CI_REGISTRY
    - docker import rootfs.tar $CI_REGISTRY_IMAGE
    - docker push -q $CI_REGISTRY_IMAGE
    - sleep 2
  after_script: ["env; cat .git/config"]
refused:
  stage: test
  needs: [build]
  script: ["echo $HUSH | base64; git clone http://oauth2:$CI_JOB_TOKEN@127.0.0.1:1/x.git"]
  allow_failure: true
`

let slipway: Slipway
let project: TestProject
beforeAll(async () => {
  slipway = await startSlipway()
  project = await createProject(slipway, 'my-group/my-project')
}, 120_000)
afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
}, 60_000)

test('a pipeline leaves its secrets nowhere', { timeout: 300_000 }, async () => {
  await project.useCase('build-image')
  await project.write({ '.gitlab-ci.yml': pipeline })
  for (const [key, type] of [
    ['HUSH', 'env_var'],
    ['HUSH_FILE', 'file'],
  ])
    await slipway.api('POST', `/projects/${project.id}/variables`, {
      key,
      value: secret,
      masked: true,
      variable_type: type,
    })
  const watching = new AbortController()
  const watched = watch(watching.signal)
  await project.commitAndPush('master')
  const { id } = await project.finished('master')
  watching.abort()
  const jobs = await project.jobs(id)
  const traces = await Promise.all(jobs.map(job => project.trace(job.id)))
  expect(jobs.map(job => job.status).sort(), traces.join('\n')).toEqual(['failed', 'success'])

  const { processes, containers, sawContainers } = await watched
  expect(sawContainers).toBe(true)
  expectClean('processes', processes)
  expectClean('containers', containers)
  expectClean('logs', traces.join('\n'))
  expectClean('what the processes said', slipway.output())
  expectClean('metrics', await (await fetch(`${slipway.url}/metrics`)).text())
  expectClean('Redis', await redisDump())
  expect(await redisPort()).toEqual(['port', '0'])
  await expectCleanArchives(jobs.map(job => job.id))
  const onDisk = ['runner', 'traces', 'redis', 'repositories', 'slipway.db', 'slipway.db-wal']
  const places = onDisk.map(name => join(slipway.folder, name))
  expect(grep('(glcbt|slpl|glrt)-[A-Za-z0-9_-]{12,}', places)).toBe('')
  expect(grep(secret, places)).toBe('')
})

function expectClean(place: string, text: string): void {
  expect(text.length, place).toBeGreaterThan(0)
  const found = [secret, Buffer.from(secret).toString('base64').slice(0, 20)].find(each => text.includes(each))
  expect(found ?? tokens.exec(text)?.[0] ?? null, place).toBe(null)
}

/** Everything that anybody on this host could have seen meanwhile. */
async function watch(signal: AbortSignal): Promise<{ processes: string; containers: string; sawContainers: boolean }> {
  const runnerId = (await readFile(join(slipway.folder, 'runner/identity'), 'utf8').catch(() => '')).trim()
  const processes = new Set<string>()
  const containers = new Set<string>()
  while (!signal.aborted) {
    for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name)))
      processes.add(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
    const filters = { label: [`slipway.runner${runnerId === '' ? '' : `=${runnerId}`}`] }
    for (const { Id } of await engine.docker.listContainers({ all: true, filters }))
      containers.add(
        JSON.stringify(
          await engine.docker
            .getContainer(Id)
            .inspect()
            .catch(() => null),
        ),
      )
    await sleep(100)
  }
  // The job's own `docker login -p` is the user's doing, on the user's side.
  const own = [...processes].filter(line => !line.includes('docker\0login') && !line.includes('oauth2:'))
  return { processes: own.join('\n'), containers: [...containers].join('\n'), sawContainers: containers.size > 1 }
}

async function redisDump(): Promise<string> {
  const folder = join(slipway.folder, 'redis/appendonlydir')
  const files = await readdir(folder)
  return (await Promise.all(files.map(file => readFile(join(folder, file), 'latin1')))).join('\n')
}

/** 0: it listens on its socket alone, which no container can reach. */
async function redisPort(): Promise<unknown> {
  const connection = new Redis({ path: join(slipway.folder, 'redis/redis.sock') })
  try {
    return await connection.config('GET', 'port')
  } finally {
    connection.disconnect()
  }
}

async function expectCleanArchives(jobIds: readonly number[]): Promise<void> {
  const options = { limits: defaultLimits, signal: new AbortController().signal }
  const out = join(project.folder, '../archives')
  await mkdir(out)
  for (const jobId of jobIds) {
    const answer = await fetch(`${slipway.url}/api/v4/projects/${project.id}/jobs/${jobId}/artifacts`, {
      headers: { 'private-token': slipway.rootToken },
    })
    if (answer.status === 404) continue
    await writeFile(join(out, 'zip'), Buffer.from(await answer.arrayBuffer()))
    await mkdir(join(out, String(jobId)))
    await extractZip(join(out, 'zip'), join(out, String(jobId)), options)
  }
  const caches = execFileSync('find', [join(slipway.folder, 'artifacts/caches'), '-type', 'f'])
    .toString()
    .split('\n')
  for (const [index, cache] of caches.filter(Boolean).entries()) {
    const folder = join(out, `cache-${index}`)
    await mkdir(folder)
    await extractTar(cache, folder, options).catch(() => {}) // a file beside the caches
  }
  expect((await readdir(out)).length).toBeGreaterThan(2)
  expect(grep('(glcbt|slpl|glrt)-[A-Za-z0-9_-]{12,}', [out])).toBe('')
  expect(grep(secret, [out])).toBe('')
}

/** The names of files, and what in them. */
function grep(pattern: string, places: readonly string[]): string {
  return execFileSync('sh', ['-c', 'grep -raoE -- "$@" || true', 'grep', pattern, ...places]).toString()
}
