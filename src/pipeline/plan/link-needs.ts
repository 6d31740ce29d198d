import type { Diagnostics } from '../diagnostics.ts'
import type { Configuration } from '../document/configuration.ts'
import type { JobPlan, Need } from '../model.ts'
import { circlesIn, circleText } from '../validate/circles.ts'
import { instanceName } from './instances.ts'
import type { WrittenNeed } from './needs.ts'
import type { Seed } from './seed.ts'

/** The jobs that are in, with their needs matched by name; a need that is not in and not optional is a mistake. */
export function linkNeeds(
  seeds: readonly Seed[],
  undecided: ReadonlySet<string>,
  configuration: Configuration,
  diagnostics: Diagnostics,
): readonly JobPlan[] {
  const index = indexOf(seeds)
  const inFile = new Set(configuration.jobs.map(job => job.name))
  const jobs = seeds.flatMap(seed => {
    if (!seed.plan) return []
    const { plan } = seed
    const needs = seed.needs?.local.flatMap(need => linkNeed(need, plan.name))
    // A dependency on a parallel job means all of its instances; one that is not in has nothing to give.
    const dependencies = plan.dependencies?.flatMap(name => index.get(name) ?? []) ?? null
    return { ...plan, dependencies, needs: needs ? uniqueByJob(needs) : null }
  })
  reportCircles(jobs, configuration, diagnostics)
  return jobs

  function linkNeed(need: WrittenNeed, jobName: string): readonly Need[] {
    const wanted = need.matrix?.map(matrix => instanceName(need.job, matrix)) ?? [need.job]
    return wanted.flatMap(name => {
      const found = index.get(name) ?? []
      if (found.length === 0 && !need.optional && !undecided.has(need.job)) complain(need, name, jobName)
      return found.map(job => ({ job, artifacts: need.artifacts, optional: need.optional }))
    })
  }

  function complain(need: WrittenNeed, name: string, jobName: string): void {
    const hint = inFile.has(need.job)
      ? '. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.'
      : diagnostics.didYouMean(name, index.keys())
    diagnostics.error(
      `'${jobName}' job needs '${name}' job, but '${name}' does not exist in the pipeline${hint}`,
      `${jobName}:needs`,
      need.node.place,
    )
  }
}

/** Needs of rules can make circles that the jobs' own needs did not have. */
function reportCircles(jobs: readonly JobPlan[], { root }: Configuration, diagnostics: Diagnostics): void {
  const byName = new Map(jobs.map(job => [job.name, job]))
  for (const circle of circlesIn(jobs, job => job.needs?.flatMap(need => byName.get(need.job) ?? []) ?? [])) {
    const names = circle.map(job => job.name)
    diagnostics.error(`The pipeline has circular dependencies: ${circleText(names)}`, `${names[0]}:needs`, root.place)
  }
}

/** Names and group names → the instances that are in. */
function indexOf(seeds: readonly Seed[]): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>()
  for (const { plan } of seeds) {
    if (!plan) continue
    for (const name of new Set([plan.name, plan.groupName])) {
      const names = index.get(name)
      if (names) names.push(plan.name)
      else index.set(name, [plan.name])
    }
  }
  return index
}

function uniqueByJob(needs: readonly Need[]): readonly Need[] {
  return [...new Map(needs.map(need => [need.job, need])).values()]
}
