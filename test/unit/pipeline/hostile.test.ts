import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execaNode } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Plan } from '../../../src/pipeline/model.ts'
import { simulate } from '../../../src/run/simulate.ts'
import type { CompiledFile } from '../../support/hostile/compile-child.ts'
import { hostileFiles } from '../../support/hostile/files.ts'
import { compileText } from '../../support/pipeline.ts'
import { readScenarios } from '../../support/pipelines/scenario.ts'
import { createRandom, type Random } from '../../support/random.ts'

// Files that want endless work, and files that are mostly noise: each ends soon, within little memory, with a result or with
// diagnostics.

const mebibyte = 1024 * 1024
const maxCpuMs = 1000
/** Together, and with Node itself, under 200 MB. */
const memory = ['--max-old-space-size=144', '--max-semi-space-size=16']

describe('a hostile file', () => {
  let compiled: ReadonlyMap<string, CompiledFile> = new Map()

  beforeAll(async () => {
    const child = join(import.meta.dirname, '../../support/hostile/compile-child.ts')
    const { stdout } = await execaNode(child, { nodeOptions: memory, reject: false, timeout: 580_000 })
    const lines = stdout.split('\n').filter(line => line.startsWith('{'))
    compiled = new Map(lines.map(line => JSON.parse(line) as CompiledFile).map(each => [each.name, each]))
  }, 600_000)

  it.each(hostileFiles)('with $name ends in bounded time and memory', ({ name, message }) => {
    const { cpuMs, messages } = compiled.get(name) ?? { cpuMs: Number.NaN, messages: ['the compile did not end'] }
    if (message === null) expect(messages).toEqual([])
    else expect(messages.join('\n')).toContain(message)
    expect(messages.length).toBeLessThanOrEqual(1000)
    expect(cpuMs).toBeLessThan(maxCpuMs)
  })
})

describe('any mutation of a real file', () => {
  const cases: readonly { readonly yaml: string | null }[] = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../cases/language.json'), 'utf8'),
  )
  const corpus = [...cases.flatMap(each => each.yaml ?? []), ...readScenarios().map(scenario => scenario.text)]

  it.each([1, 2, 3])('compiles, or fails with places, soon (seed %i)', { timeout: 120_000 }, async seed => {
    const random = createRandom(seed)
    for (let round = 0; round < 600; round++) {
      const text = mutate(corpus, random)
      const { result, cpuMs } = await compileMeasured(text)
      const errors = result.valid ? [] : result.errors
      expect(result.valid || errors.length > 0, text).toBe(true)
      if (result.valid && result.created) expectToEnd(result.plan, text)
      expect(
        errors.filter(error => error.line < 1 || error.column < 1 || error.message === ''),
        text,
      ).toEqual([])
      expect(cpuMs, text).toBeLessThan(maxCpuMs)
    }
    expect(process.memoryUsage().heapUsed).toBeLessThan(600 * mebibyte)
  })

  const snippets = [
    '&a ',
    '*a',
    '<<: *a',
    '!reference [x, script]',
    '[',
    ']',
    '{',
    '}',
    ': ',
    '- ',
    '\n',
    '  ',
    '"',
    "'",
    '|',
    '>',
    'null',
    'true',
    '~',
    '$[[ inputs.a ]]',
    '---\n',
    'spec: {inputs: {a: {default: 1}}}\n---\n',
    'extends: x',
    'needs: [x]',
    'needs: [{job: x, parallel: {matrix: [{P: m}]}}]',
    'rules: [{if: "$A =~ /(a+)+$/"}]',
    'parallel: 200',
    'parallel: {matrix: [{A: [1,2], B: [1,2]}]}',
    'variables: {A: $B, B: $A}',
    'when: manual',
    'include: [a.yml]',
    'trigger: g/p',
    '2024-01-01',
    '!!int x',
    '\t',
    '? ',
    '# ',
    '%',
    '@',
    '\u0000',
    'é',
    '日',
    'default: {image: a}',
    'only: [/(/]',
  ]

  function mutate(texts: readonly string[], { pick, integer }: Random): string {
    let text = pick(texts)
    for (let left = 1 + integer(4); left > 0; left--) {
      const at = integer(text.length + 1)
      const length = integer(20)
      const way = integer(100)
      if (way < 35) text = text.slice(0, at) + pick(snippets) + text.slice(at)
      else if (way < 55) text = text.slice(0, at) + text.slice(at + length)
      else if (way < 70) text = text.slice(0, at + length) + text.slice(at)
      else if (way < 85) text = text.slice(0, at) + pick(texts).slice(0, 60) + text.slice(at)
      else text = `${text}\n${pick(texts)}`
    }
    return text
  }
})

/** What compiles can be run: no job is left that could still start. */
function expectToEnd(plan: Plan, text: string): void {
  const { jobs, pipeline } = simulate(plan, { outcomes: new Map(), plays: [], cancelAfter: null })
  expect(Object.keys(jobs).length, text).toBe(plan.jobs.length)
  const open = Object.values(jobs).filter(status => ['pending', 'running', 'scheduled', 'canceling'].includes(status))
  expect(open, text).toEqual([])
  expect(['success', 'skipped', 'manual'], text).toContain(pipeline)
}

async function compileMeasured(text: string) {
  const before = process.cpuUsage()
  const result = await compileText(text)
  const { user, system } = process.cpuUsage(before)
  return { result, cpuMs: (user + system) / 1000 }
}
