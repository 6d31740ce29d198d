// The language without a server: does the compiler, does the state machine grow with the number of jobs and no faster, and how
// long does `slipway plan` take as a whole process beside gitlab-ci-local. Medians of five; the two sides take turns.
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { compile } from '../src/pipeline/compile.ts'
import { contextOf } from '../src/pipeline/context-defaults.ts'
import type { Plan } from '../src/pipeline/model.ts'
import { noSourceFiles } from '../src/pipeline/ports.ts'
import { firstAttempt } from '../src/run/job-moves.ts'
import { jobRuleOf } from '../src/run/job-rule.ts'
import { openMachine } from '../src/run/machine.ts'
import { createTemporaryFolder } from '../test/support/temporary.ts'
import { installGitlabCiLocal } from './gitlab-ci-local.ts'
import { layeredPipeline } from './layered-pipeline.ts'
import { medianOf } from './median.ts'
import type { BenchResult } from './result.ts'

const rounds = 5
/** For what runs in this process, until Node has compiled it. */
const warmUpRounds = 5
/** One run takes milliseconds: garbage and clock would count more than it. */
const machineRuns = 10
const fewJobs = 200
const manyJobs = 2000
const maxGrowth = 12
const maxCompileMs = 1000
const maxPlanRatio = 0.4
/** A goal is missed by more than this. */
const tolerance = 1.1

export async function run(): Promise<readonly BenchResult[]> {
  return [await compiler(), await stateMachine(), await planCommand()]
}

async function compiler(): Promise<BenchResult> {
  const [few, many] = [layeredPipeline(fewJobs), layeredPipeline(manyJobs)]
  const figures = await inTurns(
    () => computed(() => planOf(many)),
    () => computedEach(() => planOf(few), manyJobs / fewJobs),
    warmUpRounds,
  )
  const result = growth('compile 2,000 jobs with needs', figures)
  const isInTime = result.ours <= maxCompileMs * tolerance
  return { ...result, goal: `≤ ${maxGrowth} ×, < 1 s`, met: result.met && isInTime }
}

async function stateMachine(): Promise<BenchResult> {
  const [few, many] = [await planOf(layeredPipeline(fewJobs)), await planOf(layeredPipeline(manyJobs))]
  const figures = await inTurns(
    () => computedEach(() => runToTheEnd(many), machineRuns),
    () => computedEach(() => runToTheEnd(few), (machineRuns * manyJobs) / fewJobs),
    warmUpRounds,
  )
  return growth('state machine: 2,000 jobs to the end', figures)
}

async function planCommand(): Promise<BenchResult> {
  const folder = await createTemporaryFolder('slipway-bench')
  try {
    const project = join(folder.path, 'project')
    await prepareProject(project)
    const peer = await installGitlabCiLocal(folder.path)
    const figures = await inTurns(
      () => timed(() => execa(join(import.meta.dirname, '../bin/slipway'), ['plan'], { cwd: project })),
      () => timed(() => peer.list(project)),
      1,
    )
    return {
      ...compared('slipway plan of the four-stage file', figures, `gitlab-ci-local ${peer.version} --list`),
      goal: `≤ ${maxPlanRatio} ×`,
      met: ratioOf(figures) <= maxPlanRatio * tolerance,
    }
  } finally {
    await folder.remove()
  }
}

/** gitlab-ci-local wants a repository with a remote. */
async function prepareProject(project: string): Promise<void> {
  await cp(join(import.meta.dirname, '../pipelines/four-stages'), project, { recursive: true })
  const git = (...words: string[]) => execa('git', words, { cwd: project })
  await git('init', '--quiet', '--initial-branch', 'master')
  await git('remote', 'add', 'origin', 'git@gitlab.example.com:my-group/my-project.git')
  await git('add', '.')
  await git('-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', 'commit', '--quiet', '-m', 'Begin')
}

async function planOf(text: string): Promise<Plan> {
  const result = await compile(text, contextOf(), noSourceFiles)
  if (!result.valid || !result.created) throw new Error('the pipeline of the benchmark is not right')
  return result.plan
}

/** One event after the other, as a server has them: each job is claimed, and ends, by itself. */
function runToTheEnd(plan: Plan): void {
  const at = '2026-01-01T00:00:00.000Z'
  const machine = openMachine({
    pipelineId: 1,
    projectId: 1,
    version: 0,
    pipeline: { status: 'created', hasWarnings: false, startedAt: null, finishedAt: null },
    sourceJobId: null,
    onJobFailure: 'none',
    onNewCommit: 'conservative',
    jobs: plan.jobs.map((job, index) => firstAttempt({ id: index + 1, rule: jobRuleOf(job), createdAt: at })),
  })
  const queue: number[] = []
  const tell = (event: Parameters<typeof machine.apply>[0]): void => {
    for (const effect of machine.apply(event, at).effects) if (effect.type === 'enqueue') queue.push(effect.jobId)
  }
  tell({ type: 'start' })
  for (let next = 0; next < queue.length; next += 1) {
    const jobId = queue[next] ?? 0
    tell({ type: 'claimed', jobId, runnerId: 1 })
    tell({ type: 'finished', jobId, outcome: { status: 'success' }, coverage: null, newJobId: 0 })
  }
  if (machine.pipeline().status !== 'success') throw new Error(`the pipeline ended as ${machine.pipeline().status}`)
}

type Figures = { readonly ours: readonly number[]; readonly theirs: readonly number[] }

/** Milliseconds of both sides in five rounds, after some that do not count. */
async function inTurns(ours: () => Promise<number>, theirs: () => Promise<number>, warmUp: number): Promise<Figures> {
  const figures: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] }
  for (let round = -warmUp; round < rounds; round += 1) {
    const pair = { theirs: await theirs(), ours: await ours() }
    if (round < 0) continue
    figures.theirs.push(pair.theirs)
    figures.ours.push(pair.ours)
  }
  return figures
}

/** Several times at once, so that both sides have as much work and are seen with the same grain. */
async function computedEach(work: () => unknown, times: number): Promise<number> {
  const all = await computed(async () => {
    for (let time = 0; time < times; time += 1) await work()
  })
  return all / times
}

/** Milliseconds of processor time: for what computes only, so that the rest of the machine does not count. */
async function computed(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function growth(name: string, figures: Figures): BenchResult {
  const result = compared(name, figures, `${fewJobs} jobs`)
  return { ...result, goal: `≤ ${maxGrowth} ×`, met: ratioOf(figures) <= maxGrowth * tolerance, note: 'processor time' }
}

function compared(name: string, figures: Figures, peer: string): Omit<BenchResult, 'goal' | 'met'> & { ours: number } {
  return {
    name,
    unit: 'ms',
    ours: medianOf(figures.ours),
    oursMin: Math.min(...figures.ours),
    oursMax: Math.max(...figures.ours),
    reference: { name: peer, value: medianOf(figures.theirs) },
    ratio: ratioOf(figures),
  }
}

function ratioOf({ ours, theirs }: Figures): number {
  return medianOf(ours) / medianOf(theirs)
}
