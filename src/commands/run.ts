// `slipway run`: the working copy's pipeline in local Docker. No server, no Redis, no database.
import type { Command } from 'commander'
import type { CompileResult } from '../pipeline/model.ts'
import { createPaint, type Paint } from './paint.ts'
import { exitCodeOf } from './plan-input.ts'
import { lintJson } from './plan-json.ts'
import { lintText } from './plan-text.ts'
import { chooseJobs } from './run/job-choice.ts'
import { readRunInput } from './run/run-input.ts'
import { addRunOptions, type RunOptions, type RunWishes, readWishes } from './run/run-options.ts'
import type { RunEnd } from './run/run-working-copy.ts'
import { exitCodeOfRun } from './run/summary.ts'
import { summaryText } from './run/summary-text.ts'

export function register(program: Command): void {
  const command = program
    .command('run')
    .summary("run the working copy's pipeline in local Docker")
    .description(
      "Run the working copy's pipeline in local Docker, uncommitted changes included. Nothing is written to the working copy.",
    )
    .argument('[job...]', 'only these jobs, and those that they need')
  addRunOptions(command).action(async (names: readonly string[], options: RunOptions) => {
    const wishes = readWishes(options)
    const isGiven = (option: string) => command.getOptionValueSource(option) === 'cli'
    // Docker's client takes its time to load: git tells its facts meanwhile.
    const [input, { runWorkingCopy }] = await Promise.all([
      readRunInput(options, isGiven),
      import('./run/run-working-copy.ts'),
    ])
    const { result } = input
    if (!result.valid || !result.created) {
      process.stdout.write(refusal(result, wishes))
      process.exitCode = exitCodeOf(result)
      return
    }
    const choice = chooseJobs(result.plan, {
      names,
      withNeeds: options.needs,
      playsManual: options.manual === true,
    })
    const end = await runWorkingCopy({
      input: { ...input, result },
      choice,
      wishes,
      environment: process.env,
      logStream: wishes.format === 'json' ? process.stderr : process.stdout,
      say: line => process.stderr.write(`${line}\n`),
    })
    process.stdout.write(ending(end, wishes, createPaint(process.stdout)))
    process.exitCode = end.interruptedBy ?? exitCodeOfRun(end.summary)
  })
}

function refusal(result: CompileResult, { format }: RunWishes): string {
  return format === 'json'
    ? `${JSON.stringify(lintJson(result), null, 2)}\n`
    : lintText(result, createPaint(process.stdout))
}

function ending({ summary }: RunEnd, { format }: RunWishes, paint: Paint): string {
  return format === 'json' ? `${JSON.stringify(summary, null, 2)}\n` : summaryText(summary, paint)
}
