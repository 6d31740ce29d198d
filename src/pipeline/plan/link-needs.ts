import type { Diagnostics } from '../diagnostics.ts'
import type { Configuration } from '../document/configuration.ts'
import type { JobPlan, Need } from '../model.ts'
import { instanceName } from './instances.ts'
import type { WrittenNeed } from './needs.ts'
import type { Seed } from './seed.ts'

/** The jobs that are in, with their needs matched by name; a need that is not in and not optional is a mistake. */
export function linkNeeds(
  seeds: readonly Seed[],
  configuration: Configuration,
  diagnostics: Diagnostics,
): readonly JobPlan[] {
  const index = indexOf(seeds)
  const inFile = new Set(configuration.jobs.map(job => job.name))
  return seeds.flatMap(seed => {
    if (!seed.plan) return []
    const { plan } = seed
    const needs = seed.needs?.local.flatMap(need => linkNeed(need, plan.name))
    return { ...plan, needs: needs ? uniqueByJob(needs) : null }
  })

  function linkNeed(need: WrittenNeed, jobName: string): readonly Need[] {
    const wanted = need.matrix?.map(matrix => instanceName(need.job, matrix)) ?? [need.job]
    return wanted.flatMap(name => {
      const found = index.get(name) ?? []
      if (found.length === 0 && !need.optional) complain(need, name, jobName)
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
