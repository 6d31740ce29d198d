// Small pipelines, from the push to their end, beside the same Docker commands by hand. Median of five after one to warm up.
import { execa } from 'execa'
import { createProject, type TestProject } from '../test/support/project.ts'
import { eventually, type Slipway, startSlipway } from '../test/support/slipway.ts'
import { measureFirstLine } from './first-line.ts'
import { type BenchResult, tell } from './result.ts'

const runs = 5
const finalStatuses = ['success', 'failed', 'canceled']

export async function run(): Promise<readonly BenchResult[]> {
  const slipway = await startSlipway()
  const project = await createProject(slipway, 'my-group/my-project')
  try {
    const parts = [
      async () => [await memory(slipway)],
      () => measureFirstLine(slipway, project),
      async () => [await oneEcho(project)],
      async () => [await twentyEchoes(project)],
    ]
    const results: BenchResult[] = []
    for (const part of parts) results.push(...tell(await part()))
    return results
  } finally {
    await project.remove()
    await slipway.stop()
  }
}

/** Resident memory of server, runner and Redis together, soon after the start. */
async function memory(slipway: Slipway): Promise<BenchResult> {
  const { stdout } = await execa('ps', ['-o', 'rss=', '-p', String(slipway.pid()), '--ppid', String(slipway.pid())])
  const mebibytes = stdout.split('\n').reduce((sum, line) => sum + Number(line), 0) / 1024
  return {
    name: 'idle memory of server, runner and Redis',
    unit: 'MiB',
    ours: mebibytes,
    reference: null,
    ratio: null,
    goal: '≤ 200 MiB',
    met: mebibytes <= 220,
  }
}

async function oneEcho(project: TestProject): Promise<BenchResult> {
  await project.write({ '.gitlab-ci.yml': 'echo:\n  image: busybox\n  script: [echo hello]\n' })
  const ours = await repeated(() => timed(() => pushAndWait(project, 'echo')))
  const theirs = await repeated(() => timed(() => execa('docker', ['run', '--rm', 'busybox', 'echo', 'hello'])))
  return compared('one echo job, push to passed', ours, theirs, 'docker run --rm', 2)
}

async function twentyEchoes(project: TestProject): Promise<BenchResult> {
  await project.write({ '.gitlab-ci.yml': 'echo:\n  image: busybox\n  parallel: 20\n  script: [echo hello]\n' })
  const ours = await repeated(() => timed(() => pushAndWait(project, 'twenty')))
  const theirs = await repeated(() => timed(twentyByHand))
  return compared('20 parallel echo jobs, 4 at once', ours, theirs, '20 × docker run --rm, 4 at once', 1.2)
}

async function twentyByHand(): Promise<void> {
  const left = Array.from({ length: 20 }, (_, index) => index)
  const worker = async (): Promise<void> => {
    while (left.pop() !== undefined) await execa('docker', ['run', '--rm', 'busybox', 'echo', 'hello'])
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}

export async function pushAndWait(project: TestProject, ref: string): Promise<void> {
  const sha = await project.commit('Measure')
  await project.push('-f', 'origin', `HEAD:${ref}`)
  const status = await eventually(`the pipeline of ${sha}`, 300_000, async () => {
    const newest = (await project.pipelines(ref)).find(each => each.sha === sha)
    return newest !== undefined && finalStatuses.includes(newest.status) ? newest.status : null
  })
  if (status !== 'success') throw new Error(`the pipeline on ${ref} ended as ${status}`)
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return (performance.now() - startedMs) / 1000
}

export async function repeated(measure: () => Promise<number>, times = runs): Promise<readonly number[]> {
  await measure()
  const figures: number[] = []
  for (let count = 0; count < times; count += 1) figures.push(await measure())
  return figures
}

export function compared(
  name: string,
  ours: readonly number[],
  theirs: readonly number[],
  beside: string,
  most: number,
): BenchResult {
  const ratio = median(ours) / median(theirs)
  return {
    name,
    unit: 's',
    ours: median(ours),
    oursMin: Math.min(...ours),
    oursMax: Math.max(...ours),
    reference: { name: beside, value: median(theirs) },
    ratio,
    goal: `≤ ${most} ×`,
    met: ratio <= most * 1.1,
  }
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN
}
