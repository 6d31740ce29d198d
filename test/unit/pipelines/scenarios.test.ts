import { describe, expect, it } from 'vitest'
import { playScenario } from '../../support/pipelines/play-scenario.ts'
import { type Expected, readScenarios } from '../../support/pipelines/scenario.ts'

// The folders of pipelines/: each file through the compiler and the state machine, for each event of its scenario.yml.

const scenarios = readScenarios()

it('there are at least 40 scenarios', () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(40)
})

describe.each(scenarios)('pipelines/$name', scenario => {
  it('says in its first line what it is for, unless it is an old file that is kept as it was', () => {
    const isKept = ['build-image', 'four-stages'].includes(scenario.name)
    expect(scenario.text.startsWith('# ')).toBe(!isKept)
  })

  it.each(scenario.events)('$title', async ({ given, expected }) => {
    const { jobs: expectedJobs = {}, ...expectedOutcome } = expected
    const { outcome, jobs } = await playScenario(scenario, given)
    const { leftOut } = expectedOutcome
    expect(Array.isArray(leftOut) ? withNamesOnly(outcome) : outcome).toEqual(expectedOutcome)
    expect(jobs).toMatchObject(expectedJobs)
  })
})

function withNamesOnly(outcome: Expected): Expected {
  return { ...outcome, leftOut: Object.keys(outcome.leftOut ?? {}) }
}
