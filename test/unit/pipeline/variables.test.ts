import { describe, expect, it } from 'vitest'
import type { ContextOverrides } from '../../../src/pipeline/context-defaults.ts'
import { contextOf } from '../../../src/pipeline/context-defaults.ts'
import { jobVariables, type RuntimeFacts } from '../../../src/pipeline/job-variables.ts'
import { expandInRunner } from '../../../src/pipeline/variables/runner-expand.ts'
import { environmentSlugOf, slugOf } from '../../../src/pipeline/variables/slug.ts'
import { jobOf, messagesOf, namesOf, planOf } from '../../support/pipeline.ts'

const level = (value: string, more: object = {}) => [{ key: 'V', value, ...more }]

it('a resource group of undefined variables is none', async () => {
  expect((await jobOf('x: {script: a, resource_group: $NOWHERE}', 'x')).resourceGroup).toBeNull()
  expect((await jobOf('x: {script: a, resource_group: a$NOWHERE}', 'x')).resourceGroup).toBe('a')
})

describe('a variable means its strongest level', () => {
  const text = 'variables: {V: root}\nx: {script: a, variables: {V: job}}'
  it.each([
    ['job', {}],
    ['instance', { instance: level('instance') }],
    ['group', { instance: level('instance'), groups: level('group') }],
    ['inner', { groups: [...level('outer'), ...level('inner')] }],
    ['project', { groups: level('group'), project: level('project') }],
    ['pipeline', { project: level('project'), pipeline: level('pipeline') }],
    ['schedule', { pipeline: level('pipeline'), schedule: level('schedule') }],
  ] satisfies [string, ContextOverrides['variables']][])('%s', async (value, variables) => {
    expect((await jobOf(text, 'x', variables ? { variables } : {})).variables).toEqual({ V: value })
  })

  it('matrix over job, rule over matrix', async () => {
    const matrix = 'x: {script: a, variables: {V: job}, parallel: {matrix: [{V: [matrix]}]}'
    expect((await jobOf(`${matrix}}`, 'x: [matrix]')).variables).toEqual({ V: 'matrix' })
    expect(
      (await jobOf(`${matrix}, rules: [{if: $CI_COMMIT_BRANCH, variables: {V: rule}}]}`, 'x: [matrix]')).variables,
    ).toEqual({ V: 'rule' })
  })

  it('the most specific scope of an environment, and protected ones on protected refs only', async () => {
    const project = [
      ...level('exact', { environmentScope: 'review/1' }),
      ...level('review', { environmentScope: 'review/*' }),
      ...level('any'),
    ]
    const inEnvironment = (name: string) => `x: {script: a, variables: {V: job}, environment: ${name}}`
    expect((await jobOf(inEnvironment('review/1'), 'x', { variables: { project } })).variables).toEqual({ V: 'exact' })
    expect((await jobOf(inEnvironment('review/2'), 'x', { variables: { project } })).variables).toEqual({ V: 'review' })
    expect((await jobOf(inEnvironment('prod'), 'x', { variables: { project } })).variables).toEqual({ V: 'any' })
    const secret = { variables: { project: level('secret', { protected: true }) } }
    expect((await jobOf(text, 'x', secret)).variables).toEqual({ V: 'job' })
    expect((await jobOf(text, 'x', { ...secret, isRefProtected: true })).variables).toEqual({ V: 'secret' })
  })
})

describe('expansion', () => {
  const valuesOf = async (variables: string) =>
    (await jobOf(`x:\n  script: a\n  variables: ${variables}`, 'x')).variables

  it.each([
    ["{A: '$$B', B: b}", { A: '$B', B: 'b' }],
    ["{A: '%B%-%%B', B: b}", { A: 'b-%%B', B: 'b' }],
    ["{A: '${B}c', B: '$C', C: c}", { A: 'cc', B: 'c', C: 'c' }],
    ["{A: '$(date) $ 5$'}", { A: '$(date) $ 5$' }],
    ["{A: '$1$@$?x'}", { A: 'x' }],
    ["{A: '$CI_COMMIT_BRANCH/$CI_JOB_NAME'}", { A: 'master/x' }],
    ["{A: 'job $CI_JOB_ID.'}", { A: 'job .' }],
    ["{CI_COMMIT_BRANCH: 'my-$CI_COMMIT_BRANCH'}", { CI_COMMIT_BRANCH: 'my-master' }],
    ['{A: null, B: true, C: 1.10, D: 010}', { A: '', B: 'true', C: '1.1', D: '8' }],
  ])('of %s', async (variables, expected) => {
    expect(await valuesOf(variables)).toEqual(expected)
  })

  it('finds circles, whatever levels they go through', async () => {
    expect(await messagesOf('x: {script: a, variables: {A: $B, B: $C, C: $A}}')).toEqual([
      'x: circular variable reference detected: ["A", "B", "C"]',
    ])
    const project = [{ key: 'A', value: '$B' }]
    expect((await messagesOf('x: {script: a, variables: {B: $A}}', { variables: { project } }))[0]).toContain(
      'circular variable reference',
    )
  })

  it('finds circles outside of the file, and behind masks', async () => {
    const circle = [
      { key: 'A', value: '$B', masked: true },
      { key: 'B', value: '$A', masked: true },
    ]
    const message = 'circular variable reference detected: ["A", "B"]'
    expect(await messagesOf('x: {script: a}', { variables: { project: circle } })).toEqual([message])
    const halves = { hidesVariableValues: true, variables: { project: circle.slice(0, 1) } }
    expect(await messagesOf('x: {script: a, variables: {B: $A}}', halves)).toEqual([`x: ${message}`])
  })

  it('sees no circle where a job breaks it', async () => {
    const text = 'variables: {A: $B, B: $A}\nx: {script: a, variables: {B: end}}'
    expect((await jobOf(text, 'x')).variables).toEqual({ A: 'end', B: 'end' })
  })

  it('does not grow without bounds', async () => {
    const doubling = Array.from({ length: 60 }, (_, at) => `A${at + 1}: $A${at}$A${at}`).join(', ')
    expect((await messagesOf(`x: {script: a, variables: {A0: xxxx, ${doubling}}}`))[0]).toContain(
      'more than a million characters',
    )
  })

  it('takes a commit message as it is', async () => {
    const text = 'x: {script: a, variables: {M: "<$CI_COMMIT_MESSAGE>", B: b}}'
    expect((await jobOf(text, 'x', { commit: { message: 'costs $B' } })).variables).toMatchObject({ M: '<costs $B>' })
  })

  it('keeps unknown names in tags, and blanks them in names', async () => {
    const text = 'x: {script: a, tags: ["$NO-$YES"], resource_group: "$NO-$YES", environment: {name: "r/$YES$NO"}}'
    const job = await jobOf(text, 'x', { variables: { project: [{ key: 'YES', value: 'y' }] } })
    expect(job).toMatchObject({ tags: ['$NO-y'], resourceGroup: '-y', environment: { name: 'r/y' } })
  })

  it('is done once more by the runner, as Go does it', () => {
    const known: Readonly<Record<string, string>> = { A: 'a', AB: 'ab' }
    const expand = (text: string) => expandInRunner(text, name => known[name] ?? '')
    expect(
      ['$A', '${A}b', '$AB', '$Ab', '${A:-x}', '$$A', '$(A)', '$ A', '$9', '${unclosed', 'a$'].map(expand),
    ).toEqual(['a', 'ab', 'ab', '', '', '$A', '$(A)', '$ A', '', 'unclosed', 'a$'])
  })
})

describe('predefined variables', () => {
  it('have both eras, and tell branch from tag by what is absent', async () => {
    const commit = { message: 'title\n\nbody', author: 'A <a@b>', timestamp: '2024-01-01T00:00:00Z' }
    const branch = (await jobOf('x: {script: a}', 'x', { sha: 'b'.repeat(40), ref: 'Feature/ABC_123--x.', commit }))
      .predefined
    expect(branch).toMatchObject({
      CI_COMMIT_SHA: 'b'.repeat(40),
      CI_COMMIT_SHORT_SHA: 'b'.repeat(8),
      CI_COMMIT_BRANCH: 'Feature/ABC_123--x.',
      CI_COMMIT_REF_SLUG: 'feature-abc-123--x',
      CI_COMMIT_TITLE: 'title',
      CI_COMMIT_DESCRIPTION: 'body',
      CI_BUILD_REF: 'b'.repeat(40),
      CI_BUILD_REF_NAME: 'Feature/ABC_123--x.',
      CI_BUILD_NAME: 'x',
      CI_BUILD_STAGE: 'test',
      CI_BUILD_ID: '',
      CI_BUILD_TOKEN: '',
      CI_REGISTRY_IMAGE: 'registry.example.com/my-group/my-project',
      CI_PROJECT_DIR: '/builds/my-group/my-project',
      CI_PROJECT_ROOT_NAMESPACE: 'my-group',
      CI_SERVER_FQDN: '127.0.0.1:8080',
      CI_NODE_TOTAL: '1',
    })
    expect(Object.keys(branch)).not.toEqual(expect.arrayContaining(['CI_COMMIT_TAG']))
    expect(branch).not.toHaveProperty('CI_NODE_INDEX')
    expect(branch).not.toHaveProperty('CI_JOB_MANUAL')
    const tag = (await jobOf('x: {script: a, when: manual}', 'x', { ref: 'v1', isTag: true })).predefined
    expect(tag).toMatchObject({
      CI_COMMIT_TAG: 'v1',
      CI_BUILD_TAG: 'v1',
      CI_JOB_MANUAL: 'true',
      CI_BUILD_MANUAL: 'true',
    })
    expect(tag).not.toHaveProperty('CI_COMMIT_BRANCH')
    const delayed = await jobOf('x: {script: a, when: delayed, start_in: 1 hour}', 'x')
    expect(delayed.predefined).toMatchObject({ CI_JOB_MANUAL: 'true' })
  })

  it('of a merge request, a trigger, a schedule and a downstream pipeline', async () => {
    const merge = (
      await jobOf('x: {script: a, only: [merge_requests]}', 'x', { ref: 't', source: 'merge_request_event' })
    ).predefined
    expect(merge).toMatchObject({
      CI_MERGE_REQUEST_IID: '1',
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 't',
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'master',
    })
    expect(merge).not.toHaveProperty('CI_COMMIT_BRANCH')
    const trigger = (await jobOf('x: {script: a}', 'x', { source: 'trigger', triggerShortToken: 'abcd' })).predefined
    expect(trigger).toMatchObject({
      CI_PIPELINE_TRIGGERED: 'true',
      CI_BUILD_TRIGGERED: 'true',
      CI_TRIGGER_SHORT_TOKEN: 'abcd',
    })
    const schedule = (await jobOf('x: {script: a}', 'x', { source: 'schedule', scheduleDescription: 'nightly' }))
      .predefined
    expect(schedule).toMatchObject({ CI_PIPELINE_SOURCE: 'schedule', CI_PIPELINE_SCHEDULE_DESCRIPTION: 'nightly' })
    const upstream = { pipelineId: '1', projectId: '2', jobId: '3' }
    expect((await jobOf('x: {script: a}', 'x', { source: 'pipeline', upstream })).predefined).toMatchObject({
      CI_UPSTREAM_PIPELINE_ID: '1',
      CI_UPSTREAM_JOB_ID: '3',
    })
  })

  it('of the run are not there for rules', async () => {
    expect(
      await namesOf(
        'x: {script: a, rules: [{if: "$CI_JOB_ID == null && $CI_PIPELINE_ID == null && $CI_JOB_TOKEN == null"}]}',
      ),
    ).toEqual(['x'])
  })

  it('of the environment are', async () => {
    const text =
      'x: {script: a, environment: {name: Prod_1, url: "https://$CI_ENVIRONMENT_SLUG.example.com"}, rules: [{if: $CI_ENVIRONMENT_NAME == "Prod_1"}]}'
    expect((await jobOf(text, 'x')).predefined).toMatchObject({
      CI_ENVIRONMENT_NAME: 'Prod_1',
      CI_ENVIRONMENT_ACTION: 'start',
      CI_ENVIRONMENT_TIER: 'production',
    })
  })
})

describe('a slug', () => {
  it.each([
    ['Feature/ABC_123--x.', 'feature-abc-123--x'],
    ['日本', ''],
    [`${'a'.repeat(62)}/b`, 'a'.repeat(62)],
    ['-x-', 'x'],
  ])('of %s', (text, slug) => {
    expect(slugOf(text)).toBe(slug)
  })

  it('of an environment carries a mark when something was lost', () => {
    expect(environmentSlugOf('staging')).toBe('staging')
    expect(environmentSlugOf('production-')).toBe('production')
    expect(environmentSlugOf('9to5')).toMatch(/^env-9to5-[a-z0-9]{6}$/)
    expect(environmentSlugOf('review/feature/with-a-long-name')).toMatch(/^review-feature-wi-[a-z0-9]{6}$/)
    expect(environmentSlugOf('review/feature/with-a-long-name').length).toBeLessThanOrEqual(24)
  })
})

describe('the variables of a running job', () => {
  const runtime: RuntimeFacts = {
    pipelineId: '7',
    pipelineUrl: 'http://h/p/7',
    pipelineName: null,
    jobId: '9',
    jobUrl: 'http://h/j/9',
    jobToken: 'job-token-value',
    startedAt: '2024-01-01T00:00:00Z',
    repositoryUrl: 'http://gitlab-ci-token:job-token-value@h/g/p.git',
    deployToken: { user: 'd', password: 'deploy-pass' },
    idTokens: [{ key: 'ID', token: 'jwt' }],
    runner: { id: '1', description: 'r', tags: ['a', 'b'] },
    dotenv: [{ key: 'V', value: 'dotenv' }],
    manual: [],
  }
  const run = async (text: string, overrides: ContextOverrides = {}, facts: Partial<RuntimeFacts> = {}) =>
    new Map(
      jobVariables(await jobOf(text, 'x', overrides), contextOf(overrides), { ...runtime, ...facts }).map(each => [
        each.key,
        each,
      ]),
    )

  it('have one entry a key, the strongest', async () => {
    const text = 'x: {script: a, variables: {V: yaml, W: "$V/$CI_JOB_ID"}}'
    expect((await run(text)).get('V')?.value).toBe('dotenv')
    const instance = [{ key: 'V', value: 'instance' }]
    expect((await run(text, { variables: { instance } })).get('V')?.value).toBe('instance')
    const project = [{ key: 'V', value: 'project' }]
    expect((await run(text, { variables: { project } })).get('V')?.value).toBe('project')
    const manual = [{ key: 'V', value: 'manual' }]
    expect((await run(text, { variables: { project } }, { manual })).get('W')?.value).toBe('manual/9')
    expect([...(await run(text)).keys()].length).toBe(new Set((await run(text)).keys()).size)
  })

  it('come weakest first', async () => {
    const project = [{ key: 'P', value: 'p' }]
    const keys = [...(await run('x: {script: a, variables: {Y: y}}', { variables: { project } })).keys()]
    const order = ['CI_JOB_TOKEN', 'ID', 'CI_JOB_NAME', 'CI', 'CI_COMMIT_SHA', 'CI_RUNNER_ID', 'Y', 'V', 'P'].map(key =>
      keys.indexOf(key),
    )
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(order).not.toContain(-1)
  })

  it('mask tokens, and tell public from secret', async () => {
    const variables = await run('x: {script: a, variables: {Y: y}}', {
      variables: {
        project: [
          { key: 'P', value: 'p', masked: true },
          { key: 'F', value: 'content $Y', file: true },
        ],
      },
    })
    for (const key of [
      'CI_JOB_TOKEN',
      'CI_BUILD_TOKEN',
      'CI_REGISTRY_PASSWORD',
      'CI_REPOSITORY_URL',
      'CI_DEPLOY_PASSWORD',
      'ID',
      'P',
    ])
      expect(variables.get(key), key).toMatchObject({ masked: true, public: false })
    expect(variables.get('Y')).toMatchObject({ masked: false, public: true })
    expect(variables.get('F')).toMatchObject({ file: true, value: 'content $Y' })
    expect(variables.get('CI_RUNNER_TAGS')?.value).toBe('["a", "b"]')
    expect(variables.get('CI_REGISTRY_USER')?.value).toBe('gitlab-ci-token')
  })

  it('keep what only the runner or the shell can expand', async () => {
    const variables = await run(
      "x: {script: a, variables: {D: '$CI_PROJECT_DIR/x', S: '$(pwd)', R: {value: '$D', expand: false}, Q: '$R'}}",
    )
    expect(['D', 'S', 'R', 'Q'].map(key => variables.get(key)?.value)).toEqual([
      '$CI_PROJECT_DIR/x',
      '$(pwd)',
      '$D',
      '$R',
    ])
    expect(variables.get('R')?.raw).toBe(true)
  })

  it('end with the environment, its address expanded once more', async () => {
    const variables = await run('x: {script: a, environment: {name: review/x, url: "https://$V.example.com"}}')
    expect(variables.get('CI_ENVIRONMENT_URL')?.value).toBe('https://dotenv.example.com')
    expect([...variables.keys()].slice(-2)).toEqual(['CI_ENVIRONMENT_SLUG', 'CI_ENVIRONMENT_URL'])
  })
})

describe('root variables', () => {
  it('keep description and options for the form', async () => {
    const text =
      'variables: {A: {value: x, description: d, options: [x, y]}, B: {value: $A, expand: false}}\nx: {script: a}'
    expect((await planOf(text)).variables).toEqual([
      { key: 'A', value: 'x', raw: false, description: 'd', options: ['x', 'y'] },
      { key: 'B', value: '$A', raw: true, description: null, options: [] },
    ])
  })
})
