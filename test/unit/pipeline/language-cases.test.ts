import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compileCoverage } from '../../../src/logs/coverage.ts'
import { holds } from '../../../src/pipeline/condition/evaluate.ts'
import { parseExpression } from '../../../src/pipeline/condition/expression.ts'
import { createGlob } from '../../../src/pipeline/condition/glob.ts'
import type { ContextOverrides } from '../../../src/pipeline/context-defaults.ts'
import { parsePushOptions } from '../../../src/pipeline/push-options.ts'
import { parseDotenv } from '../../../src/run/dotenv.ts'
import type { JobOutcome } from '../../../src/run/model.ts'
import { type SimulationWishes, simulate } from '../../../src/run/simulate.ts'
import { compileText, jobOf, messagesOf, namesOf, planOf } from '../../support/pipeline.ts'

// The cases of test/cases/language.json that the compiler answers for, one check an id. Cases B are about GitLab 8.8:
// Slipway has one grammar, today's, so that B01 and B03 have today's words, B05 takes numbers, B07 knows manual jobs, and B15
// lets a job depend on one of its own stage; what GitLab 8 ran, runs alike. Cases E are the state machine's, cases F
// the executor's, apart from F24.

interface Case {
  readonly id: string
  readonly title: string
  readonly yaml: string | null
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('../../cases/language.json', import.meta.url), 'utf8'))

const onMain: ContextOverrides = { ref: 'main', project: { path: 'group/proj', defaultBranch: 'main' } }
const onTag: ContextOverrides = { ...onMain, ref: 'v1', isTag: true }
const ofMergeRequest: ContextOverrides = { ...onMain, ref: 'topic', source: 'merge_request_event' }

function withProjectVariable(key: string, value: string): ContextOverrides {
  return { ...onMain, variables: { project: [{ key, value }] } }
}

const checks: Readonly<Record<string, (yaml: string) => Promise<void>>> = {
  A01: async yaml => expect(await messagesOf(yaml)).toEqual(['jobs:x config contains unknown keys: foo']),
  A03: async yaml => {
    expect((await messagesOf(yaml))[0]).toContain(
      'should be a string or a nested array of strings up to 10 levels deep',
    )
    expect(await namesOf(yaml.replace('echo foo: bar', "'echo foo: bar'"))).toEqual(['x'])
  },
  A05: async yaml => {
    expect((await messagesOf(yaml))[0]).toMatch(/^jobs:10 name should be a symbol/)
    expect((await messagesOf('on: {script: a}'))[0]).toMatch(/^jobs:true name should be a symbol/)
    expect(await namesOf('"on": {script: a}')).toEqual(['on'])
  },
  A07: async yaml => expect(await compileText(yaml)).toMatchObject({ valid: true, created: false, reason: 'no_jobs' }),
  A09: async yaml => expect(await messagesOf(yaml)).toEqual(['image is defined in top-level and `default:` entry']),
  A11: async yaml => expect((await jobOf(yaml, 'x')).script).toEqual(['a', 'b', 'c']),
  A13: async yaml => {
    expect((await jobOf(yaml, 'x')).variables).toEqual({ B: '2' })
    expect((await jobOf(yaml, 'y')).variables).toEqual({ A: '1', B: '2' })
  },
  A15: async yaml => expect(await jobOf(yaml, 'x')).toMatchObject({ script: ['b'], variables: { V: 'b', A: '1' } }),
  A17: async yaml =>
    expect((await planOf(yaml)).jobs.map(({ name, stage, script }) => ({ name, stage, script }))).toEqual([
      { name: 'a', stage: 'build', script: ['a'] },
      { name: 'b', stage: 'deploy', script: ['a'] },
    ]),
  A19: async yaml => {
    expect((await messagesOf(yaml))[0]).toBe('!reference [".nope", "script"] could not be found')
    expect((await messagesOf('.n: {script: null}\nx: {script: [!reference [.n, script]]}'))[0]).toBe(
      '!reference [".n", "script"] could not be found',
    )
  },
  A21: async yaml => {
    const { jobs } = await planOf(yaml)
    expect(jobs.map(job => job.name)).toEqual([
      'x: [aws, 1]',
      'x: [aws, 2]',
      'x: [gcp, 1]',
      'x: [gcp, 2]',
      'x: [azure, z]',
    ])
    expect(jobs.map(job => job.parallel?.total)).toEqual([5, 5, 5, 5, 5])
  },
  A23: async yaml => {
    expect((await messagesOf(yaml))[0]).toContain('generates too many jobs (maximum is 200)')
    expect(await messagesOf('x: {script: a, parallel: {matrix: [{A: [true]}]}}')).toHaveLength(1)
    expect(await messagesOf('x: {script: a, parallel: {matrix: [{}]}}')).toHaveLength(1)
  },
  A25: async yaml => {
    expect((await jobOf(yaml, 'y')).needs).toEqual([{ job: 'x: [m]', artifacts: true, optional: false }])
    expect((await messagesOf(yaml.replace('{P: m}', '{P: nope}')))[0]).toContain('undefined need: x: [nope]')
  },
  A27: async yaml => expect(await messagesOf(yaml)).toEqual(['x job: dependencies the b should be part of needs']),
  A29: async yaml => {
    expect((await messagesOf(yaml))[0]).toBe('retry config must be less than or equal to 2')
    expect(await messagesOf('x: {script: a, retry: {max: 1, when: foo}}')).toHaveLength(1)
    expect(await messagesOf('x: {script: a, retry: "2"}')).toHaveLength(1)
    const valid = 'x: {script: a, retry: {max: 2, when: [script_failure, api_failure], exit_codes: [1, 137]}}'
    expect((await jobOf(valid, 'x')).retry).toEqual({
      max: 2,
      when: ['script_failure', 'api_failure'],
      exitCodes: [1, 137],
    })
  },
  A31: async yaml => expect((await messagesOf(yaml))[0]).toBe('jobs:x config key may not be used with `rules`: only'),
  A33: async yaml => {
    expect((await messagesOf(yaml))[0]).toBe('jobs:x config these keys cannot be used together: script, trigger')
    for (const key of ['image: i', 'tags: [t]', 'artifacts: {paths: [p]}', 'retry: 1', 'services: [s]'])
      expect((await messagesOf(`x: {trigger: g/p, ${key}}`))[0]).toBe(
        `jobs:x config contains unknown keys: ${key.split(':')[0]}`,
      )
  },
  A35: async yaml => {
    expect((await messagesOf(yaml))[0]).toBe('jobs:x:cache:key config cannot contain the "/" character')
    for (const cache of [
      '{key: a%2Fb}',
      '{key: .}',
      '{key: ..}',
      '{key: {files: [a, b, c]}}',
      '[{}, {}, {}, {}, {}]',
      '{policy: foo}',
      '{key: 1}',
    ])
      expect(await messagesOf(`x: {script: a, cache: ${cache}}`), cache).toHaveLength(1)
  },
  A37: async yaml => {
    expect((await jobOf(yaml, 'x')).timeoutSeconds).toBe(5400)
    expect((await jobOf('x: {script: a, timeout: "90"}', 'x')).timeoutSeconds).toBe(90)
    expect((await messagesOf('x: {script: a, timeout: 90}'))[0]).toMatch(/^jobs:x:timeout config should be a duration/)
    expect(await messagesOf('x: {script: a, timeout: 2 months}')).toEqual([
      'jobs:x:timeout config should not exceed the limit',
    ])
  },
  A39: async yaml => {
    expect((await messagesOf(yaml))[0]).toContain("'x' is not present in options")
    expect((await messagesOf('x: {script: a, variables: {E: {value: x, description: d}}}'))[0]).toBe(
      'jobs:x:variables:e config uses invalid data keys: description',
    )
  },
  A41: async yaml => expect(await jobOf(yaml, 'x')).toMatchObject({ beforeScript: [], tags: [], cache: [] }),
  A43: async yaml => {
    expect((await messagesOf(yaml))[0]).toContain(
      'must use exactly one of: local, project, remote, template, component',
    )
    expect((await messagesOf('include: a.txt\nx: {script: a}'))[0]).toContain('does not have YAML extension')
  },
  A45: async yaml => {
    expect((await jobOf(yaml, 'x')).script).toEqual(['echo $[[ inputs.a ]]'])
    expect((await messagesOf(`spec: {inputs: {b: {default: one}}}\n---\n${yaml}`))[0]).toContain('unknown input name')
  },
  A47: async yaml => {
    expect((await messagesOf(yaml))[0]).toBe('jobs:x:tags config must be less than the limit of 50 tags')
    expect((await jobOf(yaml.replace(', t50', ''), 'x')).tags).toHaveLength(49)
  },

  B01: async yaml => {
    expect((await messagesOf(yaml))[0]).toMatch(/^jobs:rspec config should implement the script:/)
    expect((await messagesOf('foo: 1\nx: {script: a}'))[0]).toMatch(/^jobs:foo config should implement the script:/)
    expect(await namesOf('.foo: 1\nx: {script: a}')).toEqual(['x'])
    expect(await messagesOf('.foo: 1')).toEqual(['jobs config should contain at least one visible job'])
  },
  B03: async yaml =>
    expect(await messagesOf(yaml)).toEqual([
      'x job: chosen stage test does not exist; available stages are .pre, build, .post',
    ]),
  B05: async yaml => expect((await jobOf(yaml, 'x')).variables).toEqual({ A: '1' }),
  B07: async yaml => expect((await jobOf(yaml, 'x')).when).toBe('manual'),
  B09: async yaml => {
    expect(await namesOf(yaml, onMain)).toEqual(['b', 'c'])
    expect(await namesOf(yaml, { ...onMain, source: 'trigger' })).toEqual(['a', 'b'])
  },
  // GitLab 8 made jobs when their turn came; here they are there from the start, and none runs that did not run there.
  B11: async yaml => {
    const { jobs, order, pipeline } = simulate(await planOf(yaml), wishesFor('b', failure))
    expect({ jobs, order, pipeline }).toEqual({
      jobs: { a: 'success', b: 'failed', c: 'skipped' },
      order: [['a'], ['b']],
      pipeline: 'failed',
    })
  },
  B13: async yaml => {
    const { jobs, order, pipeline } = simulate(await planOf(yaml), wishesFor('a', { status: 'canceled' }))
    expect({ jobs, order, pipeline }).toEqual({
      jobs: { a: 'canceled', c: 'skipped' },
      order: [['a']],
      pipeline: 'canceled',
    })
  },
  B15: async yaml => {
    expect((await jobOf(yaml, 'b')).dependencies).toEqual(['a'])
    expect((await messagesOf('b: {script: a, dependencies: [z]}'))[0]).toMatch(/^b job: undefined dependency: z/)
    const later = 'a: {script: a, stage: deploy}\nb: {script: a, dependencies: [a]}'
    expect(await messagesOf(later)).toEqual(['b job: dependency a is not defined in current or prior stages'])
  },

  C01: async yaml => expect((await jobOf(yaml, 'x')).variables).toEqual({ A: 'g', B: 'j', C: 'j' }),
  C03: async yaml => expect((await jobOf(yaml, 'x')).variables).toEqual({ V: 'job', W: 'wf' }),
  C05: async yaml => expect((await jobOf(yaml, 'x')).variables).toEqual({ A: 'one', B: 'one-b' }),
  C07: async yaml => expect((await jobOf(yaml, 'x')).variables).toEqual({ P: '$P:x:x' }),
  C09: async yaml => expect((await jobOf(yaml, 'x')).variables).toEqual({ R: '$A', A: 'one', C: '<$R>' }),
  C11: async yaml => expect((await jobOf(yaml, 'x')).variables).toEqual({ V: 'v', A: 'v/v/v//' }),
  C13: async () => {
    const valuesOf = (text: string) => parseDotenv(text).map(({ key, value }) => [key, value])
    expect(valuesOf('A=1\nB = two \nA=3\n')).toEqual([
      ['A', '3'],
      ['B', 'two'],
    ])
    for (const text of ['A=1\n\nB=2\n', '# comment\nA=1\n', 'A\n', 'export A=1\n'])
      expect(() => parseDotenv(text), text).toThrow('Invalid Format')
    expect(valuesOf('A="q"\n')).toEqual([['A', '"q"']])
  },

  D01: async yaml => {
    expect(await namesOf(yaml, onMain)).toEqual(['x'])
    expect(await namesOf(yaml, onTag)).toEqual(['x'])
    expect(await compileText(yaml, ofMergeRequest)).toMatchObject({ created: false, reason: 'no_jobs' })
  },
  D03: async yaml => {
    const withV = withProjectVariable('V', '1')
    expect(await namesOf(yaml, withV)).toEqual(['x'])
    expect(await namesOf(yaml, onMain)).toEqual([])
    expect(await namesOf(yaml, { ...withV, ...ofMergeRequest })).toEqual([])
  },
  D05: async yaml => {
    const bySource = async (source: NonNullable<ContextOverrides['source']>) => namesOf(yaml, { ...onMain, source })
    expect(await bySource('push')).toEqual(['a'])
    expect(await bySource('schedule')).toEqual(['b'])
    expect(await bySource('web')).toEqual(['b'])
    expect(await bySource('merge_request_event')).toEqual(['c'])
    expect(await bySource('trigger')).toEqual(['d'])
    expect(await bySource('api')).toEqual(['d'])
    expect(await bySource('pipeline')).toEqual([])
  },
  D07: async yaml => expect(await namesOf(yaml, { ...onMain, ref: 'feat-1' })).toEqual(['a', 'b']),
  D09: async yaml => {
    expect(await namesOf(yaml, { ...onMain, ref: 'dev' })).toEqual([])
    expect(await jobOf(yaml, 'x', onMain)).toMatchObject({ when: 'manual', allowFailure: false })
    expect(await jobOf(yaml, 'x', onTag)).toMatchObject({ when: 'always' })
  },
  D11: async yaml => {
    expect(await jobOf(yaml, 'x', onMain)).toMatchObject({ when: 'manual', allowFailure: true })
    expect(await jobOf(yaml, 'x', onTag)).toMatchObject({ when: 'on_success' })
  },
  D13: async () => {
    const matching = [
      '*.md~a.md',
      '**/*.md~a.md',
      'docs/**~docs/a.md',
      'docs/**/*~docs/a.md',
      'docs/**/*~docs/b/c/a.md',
      '*~.hidden',
      '**/*~.github/x',
      '*.{rb,py}~a.py',
      '[!a].md~b.md',
    ]
    const other = [
      '*.md~d/a.md',
      'docs/**~docs/b/a.md',
      'docs/~docs/a.md',
      'docs~docs/a.md',
      './a.md~a.md',
      '**~a/b',
      'A.md~a.md',
    ]
    const matches = (row: string) => createGlob(row.split('~')[0] ?? '').matches(row.split('~')[1] ?? '')
    expect(matching.filter(row => !matches(row))).toEqual([])
    expect(other.filter(matches)).toEqual([])
  },
  D15: async yaml => {
    const withDir = withProjectVariable('DIR', 'src')
    expect(await namesOf(yaml, { ...withDir, changedPaths: ['src/a'] })).toEqual(['x', 'y'])
    expect(await namesOf(yaml, { ...withDir, changedPaths: [] })).toEqual(['y'])
    expect(await namesOf(yaml, { ...withDir, changedPaths: null })).toEqual(['x', 'y'])
  },
  D17: async () => {
    const values = { E: '', SP: '  ', N: '0', F: 'false' }
    const yes = ['$N', '$F', '$U == null', '$E == ""', '$U != ""', '$U != "x"', '"false"']
    const no = ['$E', '$SP', '$U', '$E == null', '$U == ""', 'null']
    expect(yes.filter(text => !evaluates(text, values))).toEqual([])
    expect(no.filter(text => evaluates(text, values))).toEqual([])
  },
  D19: async () => {
    const values = { B: 'feature/x', RX: '/^feat/', STR: 'abc' }
    const yes = [
      '$B =~ /^feature\\/.*/',
      '$B =~ $RX',
      '$B =~ /FEAT/i',
      '$U =~ /^$/',
      '$U !~ /aa/',
      '$B !~ $U',
      '$STR =~ "xabcx"',
      '$STR =~ /b./',
    ]
    expect(yes.filter(text => !evaluates(text, values))).toEqual([])
    expect(evaluates('$B =~ $U', values)).toBe(false)
  },
  D21: async yaml => expect(await namesOf(yaml, onMain)).toEqual(['y']),
  D23: async yaml => expect(await namesOf(yaml, ofMergeRequest)).toEqual(['x']),
  D25: async yaml => {
    expect((await messagesOf(yaml, onMain))[0]).toMatch(
      /^'b' job needs 'a' job, but 'a' does not exist in the pipeline/,
    )
    expect((await jobOf(yaml.replace('b: {script: a, needs: [a]}\n', ''), 'c', onMain)).needs).toEqual([])
  },
  D27: async yaml => {
    const result = await compileText(yaml, onMain)
    expect(result.warnings.map(warning => warning.message)).toEqual([
      'jobs:x may allow multiple pipelines to run for a single action due to `rules:when` clause with no `workflow:rules`',
    ])
    expect((await compileText(`workflow: {rules: [{when: always}]}\n${yaml}`, onMain)).warnings).toEqual([])
  },
  D29: async () => {
    const options = parsePushOptions(['ci.variable="A=1"', 'ci.variable="B=x=y"', 'ci.variable="C"'])
    expect(options.variables).toEqual([
      { key: 'A', value: '1' },
      { key: 'B', value: 'x=y' },
    ])
    const variables = { project: [{ key: 'A', value: 'project' }], pipeline: options.variables }
    const text = 'workflow: {rules: [{if: $A == "1"}]}\nx: {script: a, variables: {A: yaml}}'
    expect((await jobOf(text, 'x', { ...onMain, variables })).variables).toEqual({ A: '1' })
  },

  F24: async yaml => {
    const pattern = (await jobOf(yaml, 'x')).coverage ?? ''
    expect(compileCoverage(pattern)?.findIn('Cov: 10%\nCov: 20% Cov: 30%\ndone\n')).toBe(30)
  },
}

describe('a case of the language', () => {
  it.each(Object.keys(checks))('%s holds', async id => {
    const found = cases.find(each => each.id === id)
    expect(found, 'there is such a case').toBeDefined()
    await checks[id]?.(found?.yaml ?? '')
  })

  it('has a check for each of A, B, C and D', () => {
    expect(cases.filter(each => /^[A-D]/.test(each.id) && !(each.id in checks))).toEqual([])
  })
})

const failure: JobOutcome = {
  status: 'failed',
  failureReason: 'script_failure',
  failureDetail: null,
  exitCode: 1,
  message: '',
}

function wishesFor(job: string, outcome: JobOutcome): SimulationWishes {
  return { outcomes: new Map([[job, [outcome]]]), plays: [], cancelAfter: null }
}

function evaluates(text: string, values: Readonly<Record<string, string>>): boolean {
  const expression = parseExpression(text)
  if (!expression) throw new Error(`no expression: ${text}`)
  return holds(expression, name => values[name] ?? null)
}
