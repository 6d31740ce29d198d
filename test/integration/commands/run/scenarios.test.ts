// The folders of pipelines/ that need no hub, in local Docker: what `plan` says of them (test/unit/pipelines) is what becomes
// of them, and their scripts check for themselves what they should find. Here those that say most about the machine and the
// runner, one event each; `npm run soak` runs all events of all.
import { describe, expect, it, vi } from 'vitest'
import { readScenarios } from '../../../support/pipelines/scenario.ts'
import { expectedEnd, rowsOf, runScenario } from './run-scenario.ts'

vi.setConfig({ maxConcurrency: 2 })

/** Scenario → which of its events. */
const chosen: Readonly<Record<string, number>> = {
  'after-a-failure': 1,
  'after-script-and-status': 0,
  'allowed-failures': 1,
  'artifacts-between-jobs': 0,
  'cache-per-lockfile': 0,
  'child-pipelines': 1,
  'dotenv-variables': 0,
  'dynamic-child-pipeline': 0,
  'needs-after-failure': 0,
  'pipeline-with-inputs': 0,
  'resource-group': 0,
  'services-of-busybox': 0,
  'variables-and-their-order': 1,
}

const rows = readScenarios()
  .filter(scenario => scenario.runs)
  .flatMap(scenario => rowsOf([scenario])[chosen[scenario.name] ?? -1] ?? [])

it('the chosen scenarios run', () => {
  expect(rows.map(row => row.name)).toEqual(Object.keys(chosen))
})

describe.concurrent('slipway run in pipelines/', () => {
  it.each(rows)('$name: $title', async row => {
    const { end, log } = await runScenario(row)
    expect(end, log).toEqual(expectedEnd(row))
  })
})
