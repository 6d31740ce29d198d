import { beforeAll, describe, expect, it } from 'vitest'
import { chooseJobs } from '../../../../src/commands/run/job-choice.ts'
import type { Plan } from '../../../../src/pipeline/model.ts'
import { planOf } from '../../../support/run/compiled.ts'

const pipeline = `
stages: [build, test, deploy]
compile: { script: [':'], stage: build }
assets: { script: [':'], stage: build }
unit: { script: [':'], stage: test, needs: [compile], parallel: 2 }
lint: { script: [':'], stage: test }
rescue: { script: [':'], stage: test, when: on_failure }
release: { script: [':'], stage: deploy, needs: [unit], when: manual }
publish: { script: [':'], stage: deploy, dependencies: [assets] }
nightly: { script: [':'], stage: deploy, rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule"' }] }
`

describe('the jobs of a run', () => {
  let plan: Plan
  beforeAll(async () => {
    plan = await planOf(pipeline)
  })

  const choose = (names: readonly string[], wishes: { withNeeds?: boolean; playsManual?: boolean } = {}) => {
    const { jobs, plays } = chooseJobs(plan, { names, withNeeds: true, playsManual: false, ...wishes })
    return { jobs: jobs.map(job => job.name), plays: [...plays] }
  }

  it('are all of the pipeline when none is named, and manual ones wait', () => {
    expect(choose([])).toEqual({ jobs: plan.jobs.map(job => job.name), plays: [] })
    expect(choose([], { playsManual: true }).plays).toEqual(['release'])
  })

  it.each([
    { names: ['lint'], jobs: ['lint'] },
    { names: ['unit 1/2'], jobs: ['compile', 'unit 1/2'] },
    { names: ['unit'], jobs: ['compile', 'unit 1/2', 'unit 2/2'] },
    { names: ['release'], jobs: ['compile', 'unit 1/2', 'unit 2/2', 'release'] },
    { names: ['publish'], jobs: ['assets', 'publish'] },
    { names: ['publish', 'lint'], jobs: ['assets', 'lint', 'publish'] },
  ])('are $jobs for $names: with what they need, and with nothing else of earlier stages', ({ names, jobs }) => {
    expect(choose(names).jobs.toSorted()).toEqual(jobs.toSorted())
  })

  it('are only those that are named when needs are not wanted', () => {
    expect(choose(['release'], { withNeeds: false })).toEqual({ jobs: ['release'], plays: ['release'] })
  })

  it('run also for a failure that does not happen, when they are named', () => {
    const { jobs } = chooseJobs(plan, { names: ['rescue'], withNeeds: true, playsManual: false })
    expect(jobs).toMatchObject([{ name: 'rescue', when: 'always' }])
  })

  it('cannot be ones that the rules left out, or that there are not', () => {
    expect(() => choose(['nightly'])).toThrow(/^'nightly' is not in this pipeline: /)
    expect(() => choose(['publsh'])).toThrow("'publsh' is not a job of this pipeline (did you mean 'publish'?)")
  })
})
