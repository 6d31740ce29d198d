import type { JobState } from './machine-model.ts'

const maxUpcoming = 8

/** Names of jobs that are likely to come after this one: those that need it, and those of the next stage. */
export function nextPlans(job: JobState, jobs: readonly JobState[]): readonly string[] {
  const waiting = jobs.filter(each => each.status === 'created' && each.rule.kind === 'build')
  const laterStages = waiting.map(each => each.rule.stageIndex).filter(stage => stage > job.rule.stageIndex)
  const nextStage = laterStages.reduce((least, stage) => Math.min(least, stage), Number.POSITIVE_INFINITY)
  return waiting
    .filter(({ rule }) => (rule.needs === null ? rule.stageIndex === nextStage : rule.needs.includes(job.rule.name)))
    .slice(0, maxUpcoming)
    .map(each => each.rule.name)
}
