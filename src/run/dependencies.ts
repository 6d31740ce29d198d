// Whose artifacts and dotenv variables a job gets.
import type { JobPlan } from '../pipeline/model.ts'

type Candidate = { readonly rule: { readonly name: string; readonly stageIndex: number } }

/**
 * By `needs` with artifacts, else all jobs of earlier stages; `dependencies` picks among them.
 * @param jobs the latest attempts of the pipeline
 */
export function dependenciesOf<T extends Candidate>(
  plan: Pick<JobPlan, 'needs' | 'dependencies' | 'stageIndex'>,
  jobs: readonly T[],
): readonly T[] {
  const { needs, dependencies, stageIndex } = plan
  const needed = needs === null ? null : new Set(needs.filter(need => need.artifacts).map(need => need.job))
  const picked = dependencies === null ? null : new Set(dependencies)
  return jobs.filter(({ rule: { name, stageIndex: stage } }) => {
    const isBefore = needed === null ? stage < stageIndex || picked !== null : needed.has(name)
    return isBefore && (picked === null || picked.has(name) || picked.has(groupNameOf(name)))
  })
}

/** `test 1/3` and `test: [a, b]` belong to `test`. */
export function groupNameOf(name: string): string {
  return name.replace(/(?: \d+\/\d+|: \[[^\]]*\])$/, '')
}
