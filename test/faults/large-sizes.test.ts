// What is large takes time, but no more memory than what is small. `npm test` sees the small sizes, `npm run soak` the large.
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectLive, type LiveClient } from '../support/live-client.ts'
import { watchPeakMemory } from '../support/peak-memory.ts'
import { createProject, type JobView, type TestProject } from '../support/project.ts'
import { eventually, type Slipway, startSlipway } from '../support/slipway.ts'
import { waitUntil } from '../support/wait-until.ts'

const logMib = Number(process.env.SLIPWAY_SOAK_LOG_MIB ?? 80)
const artifactMib = Number(process.env.SLIPWAY_SOAK_ARTIFACT_MIB ?? 24)
const cacheFiles = Number(process.env.SLIPWAY_SOAK_CACHE_FILES ?? 1_000)

/** Of server and runner each: what they take at rest, and room for buffers. */
const mostMib = 450
/** Generous: a megabyte in a second, fifty files in a second, on a machine that does other things too. */
const limitMs = (mebibytes: number) => 120_000 + mebibytes * 1000

let slipway: Slipway
let project: TestProject
beforeAll(async () => {
  slipway = await startSlipway()
  project = await createProject(slipway, 'my-group/my-project')
})
afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
})

type Ran = { readonly jobs: readonly JobView[]; readonly traces: readonly string[] }

type Run = {
  readonly amount: number
  readonly unit: string
  /** Is told of the first job while it runs. */
  readonly meanwhile?: (jobId: number) => Promise<void>
}

/** Pushes to a branch of its own, and prints what it took. */
async function run(name: string, file: string, size: Run): Promise<Ran> {
  const peak = await watchPeakMemory({ server: slipway.pid(), runner: await runnerPid() })
  await project.write({ '.gitlab-ci.yml': file })
  await project.commitAndPush(name)
  await size.meanwhile?.(await firstJob(name))
  const { id, status } = await project.finished(name, limitMs(size.amount))
  const jobs = await project.jobs(id)
  const traces = await Promise.all(jobs.map(job => project.trace(job.id)))
  expect(status, traces.join('\n').slice(-5000)).toBe('success')
  const seconds = jobs.map(job => (Date.parse(job.finished_at ?? '') - Date.parse(job.started_at ?? '')) / 1000)
  const memory = await peak.mebibytes()
  const rates = jobs.map(
    (job, index) => `${job.name} ${Math.round(size.amount / (seconds[index] ?? 1))} ${size.unit}/s`,
  )
  process.stdout.write(
    `${name}: ${size.amount} ${size.unit}: ${rates.join(', ')}; peak MiB ${JSON.stringify(memory)}\n`,
  )
  for (const mebibytes of Object.values(memory)) expect(mebibytes).toBeLessThan(mostMib)
  return { jobs, traces }
}

async function firstJob(branch: string): Promise<number> {
  const pipeline = await eventually('the pipeline', 60_000, async () => (await project.pipelines(branch))[0] ?? null)
  return (await project.jobs(pipeline.id))[0]?.id ?? 0
}

/** Watches a job's log from its first byte, and stops reading when the first has come. */
async function watchWithoutReading(jobId: number): Promise<LiveClient> {
  const viewer = connectLive(slipway.url, { authorization: `Bearer ${slipway.rootToken}` })
  viewer.send({ type: 'subscribe', topic: `job:${jobId}:trace`, offset: 0 })
  await waitUntil(() => viewer.text().length > 0, 'the first bytes of the log')
  viewer.pause()
  return viewer
}

async function runnerPid(): Promise<number> {
  const { stdout } = await execa('pgrep', ['-P', String(slipway.pid()), '-f', 'main.ts runner'])
  return Number(stdout.split('\n')[0])
}

describe('memory stays flat', () => {
  test(`with a log of ${logMib} MiB, whose head and tail are kept, also when who watches it does not read`, {
    timeout: limitMs(logMib),
  }, async () => {
    const viewers: LiveClient[] = []
    const bytes = logMib * 1024 * 1024
    // Long lines: an engine takes most of its time for the number of them.
    const line = 'a line of a log that is much too long '.repeat(5)
    const lines = [`yes '${line}' | head -c ${bytes} || true`, 'echo the last word']
    const { traces } = await run('log', fileOf({ flood: { script: lines } }), {
      amount: logMib,
      unit: 'MiB',
      meanwhile: async jobId => {
        for (let count = 0; count < 5; count += 1) viewers.push(await watchWithoutReading(jobId))
      },
    })
    expect(traces[0]).toContain('the last word\n')
    expect(traces[0]?.length).toBeLessThan(66 * 1024 * 1024)
    // For each no more was kept than what its connection holds. One that is silent for long is cut off; the others are told that
    // they are behind, and come to the end.
    for (const viewer of viewers) {
      let isCut = false
      void viewer.ended.then(() => {
        isCut = true
      })
      viewer.resume()
      await waitUntil(() => isCut || viewer.messages.some(({ type }) => type === 'trace_end'), 'the end of a viewer')
      expect(viewer.text().length).toBeLessThan(24 * 1024 * 1024)
      viewer.close()
    }
  })

  test(`with an artifact of ${artifactMib} MiB, which comes to the next job as it was`, {
    timeout: limitMs(artifactMib) * 2,
  }, async () => {
    const bytes = artifactMib * 1024 * 1024
    const make = [`head -c ${bytes} /dev/urandom > big`, 'echo "sum $(sha256sum < big)"']
    const file = fileOf({
      make: { stage: 'build', script: make, artifacts: { paths: ['big'] } },
      use: { stage: 'test', script: ['echo "sum $(sha256sum < big)"'] },
    })
    const { traces } = await run('artifact', file, { amount: artifactMib, unit: 'MiB' })
    const [made, used] = traces.map(trace => /^sum ([0-9a-f]{64})/m.exec(trace)?.[1])
    expect(made).toBeDefined()
    expect(used).toBe(made)
  })

  test(`with ${cacheFiles} small files in a cache`, { timeout: limitMs(cacheFiles / 50) * 2 }, async () => {
    const cache = { key: 'many', paths: ['many/'] }
    const make = [
      'mkdir -p many && cd many && seq 0 99 | xargs mkdir',
      `seq ${cacheFiles} | awk '{ file = ($1 % 100) "/" $1; print "content of " $1 > file; close(file) }'`,
    ]
    const file = fileOf({
      make: { stage: 'build', script: make, cache },
      use: {
        stage: 'test',
        script: ['echo "found $(find many -type f | wc -l)"'],
        cache: { ...cache, policy: 'pull' },
      },
    })
    const { traces } = await run('cache', file, { amount: cacheFiles, unit: 'files' })
    expect(traces[1]).toContain(`found ${cacheFiles}\n`)
  })
})

/** JSON is YAML. */
function fileOf(jobs: object): string {
  return JSON.stringify({ image: 'busybox', stages: ['build', 'test'], ...jobs })
}
