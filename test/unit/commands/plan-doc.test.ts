import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, it } from 'vitest'
import { register } from '../../../src/commands/plan.ts'
import { planJson } from '../../../src/commands/plan-json.ts'
import { simulate } from '../../../src/run/simulate.ts'
import { compileText } from '../../support/pipeline.ts'

// docs/plan.md tells the contract; nothing that is in it may be missing there.

const page = readFileSync(join(import.meta.dirname, '../../../docs/plan.md'), 'utf8')
const named = new Set([...page.matchAll(/`([A-Za-z]+)`/g)].map(([, word]) => word))

const text = `
x:
  script: a
  image: i
  services: [s]
  environment: e
  artifacts: {paths: [p]}
  cache: {paths: [p]}
  release: {tag_name: t, description: d}
  parallel: 2
y: {trigger: {include: c.yml}, needs: [x]}`

it('docs/plan.md names every key of the JSON', async () => {
  const result = await compileText(text)
  if (!result.valid || !result.created) throw new Error('the sample is not right')
  const simulation = simulate(result.plan, { outcomes: new Map(), plays: [], cancelAfter: null })
  const json = planJson(result, simulation, true) as {
    readonly jobs: readonly object[]
    readonly explanations: readonly object[]
  }
  const parts = ['image', 'environment', 'artifacts', 'trigger', 'retry', 'parallel', 'source']
  const keys = [
    ...Object.keys(json),
    ...json.jobs.flatMap(job => [
      ...Object.keys(job),
      ...Object.entries(job).flatMap(([key, value]) => (parts.includes(key) ? Object.keys(value ?? {}) : [])),
    ]),
    ...json.explanations.flatMap(each => Object.keys(each)),
    ...Object.keys(simulation),
  ]
  expect([...new Set(keys)].filter(key => !named.has(key))).toEqual([])
})

it('docs/plan.md names every option', () => {
  const program = new Command()
  register(program)
  const options = program.commands[0]?.options.map(option => option.long ?? '') ?? []
  expect(options.length).toBeGreaterThan(10)
  expect(options.filter(option => !page.includes(option))).toEqual([])
})
