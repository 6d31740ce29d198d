// Which jobs run: all of the pipeline, or those that are named and those that they need. Pure.
import { AppError } from '../../kit/errors.ts'
import type { JobPlan, Plan } from '../../pipeline/model.ts'
import { didYouMean } from '../../pipeline/suggestion.ts'

export type JobChoice = {
  readonly jobs: readonly JobPlan[]
  /** Names of jobs that do not wait to be played. */
  readonly plays: ReadonlySet<string>
}

export type ChoiceWishes = {
  /** Names of jobs, or of all jobs of a `parallel` one. None: the whole pipeline. */
  readonly names: readonly string[]
  readonly withNeeds: boolean
  readonly playsManual: boolean
}

/** @throws AppError `usage` for a name that is no job of this pipeline */
export function chooseJobs(plan: Plan, { names, withNeeds, playsManual }: ChoiceWishes): JobChoice {
  const manual = plan.jobs.filter(job => job.when === 'manual').map(job => job.name)
  if (names.length === 0) return { jobs: plan.jobs, plays: new Set(playsManual ? manual : []) }
  const named = new Set(names.flatMap(name => jobsNamed(plan, name)))
  const chosen = withNeeds ? withNeeded(plan, named) : named
  return {
    jobs: plan.jobs.filter(job => chosen.has(job.name)).map(job => (named.has(job.name) ? askedFor(job) : job)),
    plays: chosen,
  }
}

function jobsNamed(plan: Plan, name: string): readonly string[] {
  const found = plan.jobs.filter(job => job.name === name || job.groupName === name)
  if (found.length > 0) return found.map(job => job.name)
  const leftOut = plan.leftOut.find(job => job.name === name)
  if (leftOut !== undefined)
    throw new AppError(
      'usage',
      `'${name}' is not in this pipeline: ${leftOut.reason} ('slipway plan --explain' tells more)`,
    )
  const known = plan.jobs.flatMap(job => [job.name, job.groupName])
  throw new AppError('usage', `'${name}' is not a job of this pipeline${didYouMean(name, known)}`)
}

function withNeeded(plan: Plan, named: ReadonlySet<string>): ReadonlySet<string> {
  const chosen = new Set(named)
  // A set is walked through to what is added on the way.
  for (const name of chosen) for (const needed of neededBy(plan, name)) chosen.add(needed)
  return chosen
}

/** By `needs`, else by `dependencies`; a job with neither needs no other to be run by its name. */
function neededBy(plan: Plan, name: string): readonly string[] {
  const job = plan.jobs.find(each => each.name === name)
  const wanted = new Set(job?.needs?.map(need => need.job) ?? job?.dependencies ?? [])
  return plan.jobs.filter(each => wanted.has(each.name) || wanted.has(each.groupName)).map(each => each.name)
}

/** Whoever names a job wants to see it run, whatever else went wrong. */
function askedFor(job: JobPlan): JobPlan {
  return job.when === 'on_failure' ? { ...job, when: 'always' } : job
}
