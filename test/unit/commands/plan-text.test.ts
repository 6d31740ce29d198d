import { expect, it } from 'vitest'
import { lintText, planText } from '../../../src/commands/plan-text.ts'
import { simulate } from '../../../src/run/simulate.ts'
import { compileText } from '../../support/pipeline.ts'

const nothingWished = { outcomes: new Map(), plays: [], cancelAfter: null }
const paint = (_style: string, text: string) => text
// Escape, bell, right-to-left override, left-to-right mark.
const hostile = 'x\u001b[2J\u0007\u202egnp\u200e'
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u202e]/

async function textOf(yaml: string): Promise<string> {
  const result = await compileText(yaml)
  const simulation = result.valid && result.created ? simulate(result.plan, nothingWished) : null
  return [true, false].map(explain => planText(result, simulation, { paint, explain })).join() + lintText(result, paint)
}

const quoted = JSON.stringify(hostile)
const files = [
  ['a job that runs', `${quoted}: {script: a, image: ${quoted}}`],
  ['a job left out', `${quoted}: {script: a, only: [${quoted}]}\ny: {script: b}`],
  ['a name of a pipeline', `workflow: {name: ${quoted}}\nx: {script: a}`],
  ['no pipeline', `workflow: {rules: [{if: ${JSON.stringify(`$A == "${hostile}"`)}}]}\n${quoted}: {script: a}`],
  ['a rule', `x: {script: a, rules: [{if: ${JSON.stringify(`$CI_JOB_NAME == "${hostile}"`)}}]}`],
  ['a mistake', `${quoted}: {script: a, foo: b}`],
] as const

it.each(files)('the text of a plan steers no terminal and turns no words round: %s', async (_name, yaml) => {
  const text = await textOf(yaml)
  expect(text).toContain('\ufffd')
  expect(text).not.toMatch(controls)
})

it('the text of a rule of several lines stays on one', async () => {
  const text = await textOf('x:\n  script: a\n  rules:\n    - if: |\n        $A ||\n        $CI_COMMIT_BRANCH\n')
  expect(text).toContain('rule 1 if: $A || $CI_COMMIT_BRANCH')
})
