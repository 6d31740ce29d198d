// All events of all scenarios of pipelines/ that need no hub, by `slipway run` in local Docker.
import { describe, expect, it, vi } from 'vitest'
import { expectedEnd, rowsOf, runScenario } from '../integration/commands/run/run-scenario.ts'
import { readScenarios } from '../support/pipelines/scenario.ts'

vi.setConfig({ maxConcurrency: 2 })

const running = readScenarios().filter(scenario => scenario.runs)

it('there are scenarios that run', () => {
  expect(running.length).toBeGreaterThanOrEqual(20)
})

describe.concurrent('slipway run in pipelines/', () => {
  it.each(rowsOf(running))('$name: $title', async row => {
    const { end, log } = await runScenario(row)
    expect(end, log).toEqual(expectedEnd(row))
  })
})
