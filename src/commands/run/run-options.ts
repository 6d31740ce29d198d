// The options of `slipway run`, read once and checked before anything starts.
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { type PullPolicy, pullPolicies } from '../../executor/port.ts'
import { AppError } from '../../kit/errors.ts'
import { parseDuration } from '../../pipeline/duration.ts'
import { addPlanOptions, type PlanOptions } from '../plan-options.ts'

/** As commander gives them. */
export type RunOptions = Omit<PlanOptions, 'file'> & {
  readonly file?: string
  readonly needs: boolean
  readonly manual?: boolean
  readonly concurrency?: string
  readonly artifacts?: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly privileged: boolean
  readonly registry: boolean
  readonly pull: PullPolicy
  readonly timeout?: string
}

export type RunWishes = {
  readonly concurrency: number
  /** Where artifacts are to be copied; null: nowhere. */
  readonly artifactsFolder: string | null
  readonly isPrivilegedAllowed: boolean
  /** Whether the run has a registry of its own, where its jobs ask for one. */
  readonly hasRegistry: boolean
  readonly pullPolicy: PullPolicy
  readonly maxTimeoutSeconds: number
  readonly format: 'text' | 'json'
  readonly showsLogs: boolean
}

const oneWeekSeconds = 7 * 24 * 3600

export function addRunOptions(command: Command): Command {
  return addPlanOptions(
    command.option('--file <path>', '.gitlab-ci.yml to read; - is standard input (default: that of the working copy)'),
  )
    .option('--no-needs', 'run the jobs that are named without those that they need')
    .option('--manual', 'run manual jobs, too')
    .option('--concurrency <number>', 'jobs at the same time (default: 4, or the number of processors)')
    .option('--artifacts <folder>', 'copy the artifacts and reports of all jobs there')
    .option('--no-privileged', 'refuse docker:dind, whose container is root on this machine')
    .option('--no-registry', 'no registry of the run for jobs that push or pull images of this project')
    .addOption(new Option('--pull <policy>', 'when images are pulled').choices(pullPolicies).default('if-not-present'))
    .option('--timeout <duration>', 'no job may take longer (90, 10m, 1h 30m)')
    .option('--quiet', 'no logs, only the summary')
    .option('--json', 'the summary as JSON; logs go to standard error')
}

/** @throws AppError `usage` */
export function readWishes(options: RunOptions): RunWishes {
  return {
    concurrency: readConcurrency(options.concurrency),
    artifactsFolder: options.artifacts === undefined ? null : resolve(options.artifacts),
    isPrivilegedAllowed: options.privileged,
    hasRegistry: options.registry,
    pullPolicy: options.pull,
    maxTimeoutSeconds: readTimeout(options.timeout),
    format: options.json === true ? 'json' : 'text',
    showsLogs: options.quiet !== true,
  }
}

function readConcurrency(text: string | undefined): number {
  if (text === undefined) return Math.max(4, availableParallelism())
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new AppError('usage', `--concurrency: expected a number from 1 on, found '${text}'`)
}

function readTimeout(text: string | undefined): number {
  const seconds = text === undefined ? oneWeekSeconds : parseDuration(text)
  if (seconds !== null) return Math.ceil(seconds)
  throw new AppError('usage', `--timeout: expected a duration such as 90, 10m or 1h 30m, found '${text}'`)
}
