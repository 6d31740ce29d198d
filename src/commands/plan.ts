import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import type { CompileResult, Plan } from '../pipeline/model.ts'
import { didYouMean } from '../pipeline/suggestion.ts'
import type { JobOutcome } from '../run/model.ts'
import { type Simulation, type SimulationWishes, simulate } from '../run/simulate.ts'
import { fileOf } from './default-file.ts'
import { readOutcome } from './outcome-option.ts'
import { createPaint } from './paint.ts'
import { compileWith, exitCodeOf } from './plan-input.ts'
import { planJson } from './plan-json.ts'
import { addPlanOptions, collect, defaultFile, type PlanOptions } from './plan-options.ts'
import { planText } from './plan-text.ts'

type Options = PlanOptions & {
  readonly outcome?: readonly string[]
  readonly play?: readonly string[]
  readonly cancelPipelineAfter?: string
  readonly explain?: boolean
  readonly json?: boolean
}

export function register(program: Command): void {
  const command = program
    .command('plan')
    .description('tell what a .gitlab-ci.yml would do, and why; nothing is run')
    .option('--file <path>', '.gitlab-ci.yml to read, else that of the working copy; - is standard input', defaultFile)
  addPlanOptions(command)
    .option(
      '--outcome <JOB=STATE>',
      'success, failed, failed:EXIT_CODE, failed:REASON, canceled; several: a,b',
      collect,
    )
    .option('--play <job>', 'play this manual job; several times', collect)
    .option('--cancel-pipeline-after <job>', 'cancel the pipeline when this job has ended')
    .option('--explain', 'why each job is in or out')
    .option('--json', 'as JSON')
  command.action(async (given: Options) => {
    const options = { ...given, file: fileOf(given.file) }
    const wished = (options.outcome ?? []).map(readOutcome)
    const result = await compileWith(options)
    const simulation =
      result.valid && result.created ? simulate(result.plan, wishesOf(options, wished, result.plan)) : null
    process.stdout.write(print(result, simulation, options))
    process.exitCode = exitCodeOf(result)
  })
}

function print(result: CompileResult, simulation: Simulation | null, options: Options): string {
  const explain = options.explain === true
  if (options.json === true) return `${JSON.stringify(planJson(result, simulation, explain), null, 2)}\n`
  return planText(result, simulation, { paint: createPaint(process.stdout), explain })
}

type WishedOutcome = ReturnType<typeof readOutcome>

function wishesOf(options: Options, wished: readonly WishedOutcome[], plan: Plan): SimulationWishes {
  const known = new Set([
    ...plan.jobs.flatMap(job => [job.name, job.groupName]),
    ...plan.explanations.map(each => each.job),
  ])
  const plays = options.play ?? []
  for (const { job } of wished) expectJob('--outcome', job, known)
  for (const job of plays) expectJob('--play', job, known)
  const cancelAfter = options.cancelPipelineAfter ?? null
  if (cancelAfter !== null) expectJob('--cancel-pipeline-after', cancelAfter, known)
  const outcomes = new Map<string, readonly JobOutcome[]>(wished.map(({ job, outcomes }) => [job, outcomes]))
  return { outcomes, plays, cancelAfter }
}

/** A job that the rules left out may be named: it just has no part. */
function expectJob(option: string, job: string, known: ReadonlySet<string>): void {
  if (known.has(job)) return
  throw new AppError('usage', `${option}: '${job}' is not a job of this file${didYouMean(job, known)}`)
}
