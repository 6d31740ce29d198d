// Small pipelines, from the push to their end, beside the same Docker commands by hand and beside gitlab-ci-local. Median of five
// after one to warm up, each begun on a machine at rest.
import { execa } from 'execa'
import { createProject, type TestProject } from '../test/support/project.ts'
import { type Slipway, startSlipway } from '../test/support/slipway.ts'
import { createTemporaryFolder } from '../test/support/temporary.ts'
import { untilAtRest } from './at-rest.ts'
import { measureFirstLine } from './first-line.ts'
import { type GitlabCiLocal, installGitlabCiLocal } from './gitlab-ci-local.ts'
import { type BenchResult, tell } from './result.ts'
import { watchForPipeline } from './watch-pipeline.ts'

const runs = 5

export async function run(): Promise<readonly BenchResult[]> {
  const slipway = await startSlipway()
  const project = await createProject(slipway, 'my-group/my-project')
  const folder = await createTemporaryFolder('slipway-bench')
  const peer = await installGitlabCiLocal(folder.path)
  try {
    const parts = [
      async () => [await memory(slipway)],
      () => measureFirstLine(slipway, project),
      () => oneEcho(slipway, project, peer),
      () => twentyEchoes(slipway, project, peer),
    ]
    const results: BenchResult[] = []
    for (const part of parts) results.push(...tell(await part()))
    return results
  } finally {
    await peer.clear()
    await project.remove()
    await slipway.stop()
    await folder.remove()
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

async function oneEcho(slipway: Slipway, project: TestProject, peer: GitlabCiLocal): Promise<readonly BenchResult[]> {
  await project.write({ '.gitlab-ci.yml': 'echo:\n  image: busybox\n  script: [echo hello]\n' })
  const ours = await repeated(() => timed(() => pushAndWait(slipway, project, 'echo')))
  const theirs = await repeated(() => timed(() => execa('docker', ['run', '--rm', 'busybox', 'echo', 'hello'])))
  return [
    compared('one echo job, push to passed', ours, theirs, 'docker run --rm', 2),
    compared('the same', ours, await runsOf(peer, project), nameOf(peer), 0.35),
  ]
}

async function twentyEchoes(
  slipway: Slipway,
  project: TestProject,
  peer: GitlabCiLocal,
): Promise<readonly BenchResult[]> {
  await project.write({ '.gitlab-ci.yml': 'echo:\n  image: busybox\n  parallel: 20\n  script: [echo hello]\n' })
  const ours = await repeated(() => timed(() => pushAndWait(slipway, project, 'twenty')))
  const theirs = await repeated(() => timed(twentyByHand))
  return [
    compared('20 parallel echo jobs, 4 at once', ours, theirs, '20 × docker run --rm, 4 at once', 1.2),
    compared('the same', ours, await runsOf(peer, project), nameOf(peer), 0.4),
  ]
}

/** In the project's own working copy; it takes long enough that a few tell enough. */
export function runsOf(
  peer: GitlabCiLocal,
  { folder }: TestProject,
  options: readonly string[] = [],
): Promise<readonly number[]> {
  return repeated(() => timed(() => peer.run(folder, options)), 2)
}

export function nameOf({ version }: GitlabCiLocal): string {
  return `gitlab-ci-local ${version}`
}

async function twentyByHand(): Promise<void> {
  const left = Array.from({ length: 20 }, (_, index) => index)
  const worker = async (): Promise<void> => {
    while (left.pop() !== undefined) await execa('docker', ['run', '--rm', 'busybox', 'echo', 'hello'])
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}

export async function pushAndWait(slipway: Slipway, project: TestProject, ref: string): Promise<void> {
  await project.commit('Measure')
  const watch = await watchForPipeline(slipway, project.id)
  try {
    const pushed = await project.push('-f', 'origin', `HEAD:${ref}`)
    if (pushed.exitCode !== 0) throw new Error(pushed.output)
    const status = await watch.ended
    if (status !== 'success') throw new Error(`the pipeline on ${ref} ended as ${status}`)
  } finally {
    watch.close()
  }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return (performance.now() - startedMs) / 1000
}

export async function repeated(measure: () => Promise<number>, times = runs): Promise<readonly number[]> {
  await measure()
  const figures: number[] = []
  for (let count = 0; count < times; count += 1) {
    await untilAtRest()
    figures.push(await measure())
  }
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
