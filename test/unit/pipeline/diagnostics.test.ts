import { describe, expect, it } from 'vitest'
import { didYouMean } from '../../../src/pipeline/suggestion.ts'
import { compileText, messagesOf, planOf } from '../../support/pipeline.ts'

describe('the mistakes of a file', () => {
  it('come all at once, in order, each with its place', async () => {
    const text = `stages: [build, test]
build:
  stage: bulid
  script:
    - echo a: b
  imgae: alpine
test:
  needs: [biuld]
  retry: 5
  when: sometimes
  rules:
    - if: $A ==
      changes: src
deploy:
  image: a
`
    const result = await compileText(text)
    expect(result.valid).toBe(false)
    const errors = result.valid ? [] : result.errors
    expect(errors.map(({ path, line, column, message }) => `${line}:${column} ${path} ${message}`)).toEqual([
      "3:10 build:stage build job: chosen stage bulid does not exist; available stages are .pre, build, test, .post (did you mean 'build'?)",
      '5:7 build:script jobs:build:script config should be a string or a nested array of strings up to 10 levels deep (a colon makes this a map: quote the whole line)',
      "6:3 build:imgae jobs:build config contains unknown keys: imgae (did you mean 'image'?)",
      '7:1 test jobs:test config should implement the script:, run:, or trigger: keyword',
      "8:11 test:needs test job: undefined need: biuld (did you mean 'build'?)",
      '9:10 test:retry retry config must be less than or equal to 2',
      '10:9 test:when jobs:test when should be one of: on_success, on_failure, always, manual, delayed',
      '12:11 test:rules:rule:if jobs:test:rules:rule if invalid expression syntax',
      '13:16 test:rules:rule:changes jobs:test:rules:rule:changes should be an array or a hash',
      '14:1 deploy jobs:deploy config should implement the script:, run:, or trigger: keyword',
    ])
  })

  it.each([
    [
      'stages: build\nx: {script: a}',
      'stages config should be an array of strings or a nested array of strings up to 10 levels deep',
    ],
    ['x: {script: a, needs: [1]}', 'jobs:x:needs:need has an unsupported type'],
    ['x: {script: a, when: delayed}', 'jobs:x start in should be a duration: when: delayed waits for it'],
    ["x: {script: a, environment: ''}", "jobs:x:environment name can't be blank"],
  ])('are told once, without what only follows from them: %s', async (text, message) => {
    expect(await messagesOf(text)).toEqual([message])
  })

  it('name the file that was compiled', async () => {
    const result = await compileText('x: {script: 1}', { configPath: 'ci/main.yml' })
    expect(result).toMatchObject({ valid: false, errors: [{ file: 'ci/main.yml' }] })
  })

  it('stand at the base when a job only inherits them', async () => {
    const result = await compileText('.b:\n  script: a\n  tags: t\nx: {extends: .b}\n')
    expect(result).toMatchObject({ errors: [{ path: 'x:tags', line: 3, column: 9 }] })
  })

  it.each([
    ['', 'Please provide content of .gitlab-ci.yml'],
    ['# nothing', 'Please provide content of .gitlab-ci.yml'],
    ['- a', 'Invalid configuration format'],
    ['text', 'Invalid configuration format'],
    ['x: *nope', 'Unknown alias: nope'],
    ['a: [', 'invalid YAML: '],
    ['variables: {A: 1}', 'jobs config should contain at least one visible job'],
    ['x: {script: a, variables: {D: 2024-01-01}}', 'Tried to load unspecified class: Date'],
    ['x: 1', 'jobs:x config should implement the script:, run:, or trigger: keyword'],
    ['nil: {script: a}', 'jobs:nil name is reserved'],
    [`${'x'.repeat(256)}: {script: a}`, 'name is too long (maximum is 255 characters)'],
    [
      'workflow: {rules: [{start_in: 1 day}]}\nx: {script: a}',
      'workflow:rules:rule config contains unknown keys: start_in',
    ],
    [`workflow: {name: "${'n'.repeat(256)}"}\nx: {script: a}`, 'workflow name is too long'],
    ['include: [1]\nx: {script: a}', 'include config should be an array of strings and hashes'],
    ['include: {project: g/p}\nx: {script: a}', "must specify the 'file' of the project"],
    [
      'include: {local: a.yml, rules: [{when: manual}]}\nx: {script: a}',
      'include:rules:rule when unknown value: manual',
    ],
  ])('%j', async (text, message) => {
    expect((await messagesOf(text)).join('\n')).toContain(message)
  })

  it.each([
    ['of a default that many jobs have', 'default: {image: [a]}\nx: {script: a}\ny: {script: a}', 'config should be'],
    [
      'of a reference',
      '.a: {interruptible: false}\nx: {script: a, interruptible: !reference [.a, interruptible]}',
      'could not',
    ],
    ['of extends', 'x: {script: a, extends: 5}', 'should be a name or an array of names'],
    ['of needs', 'x: {script: a, needs: b}', 'can only be a hash or an array'],
    ['of an include', 'include: 5\nx: {script: a}', 'should be an array'],
    ['of a missing input', 'spec: {inputs: {i: {}}}\n---\nx: {script: "$[[ inputs.i ]]"}', 'has not been provided'],
  ])('tell once %s', async (_, text, message) => {
    const messages = await messagesOf(text)
    expect(messages).toEqual([expect.stringContaining(message)])
  })

  it.each([
    ['x: {script: [!reference [.stup, script]]}\n.setup: {script: [a]}', "(did you mean '.setup'?)"],
    ['x: {script: [!reference [.setup, scripts]]}\n.setup: {script: [a]}', "(did you mean 'script'?)"],
    ['x: {script: [!reference .setup]}', '!reference takes a list of names'],
    ['x: {script: a, retry: {max: 1, when: script_failur}}', "(did you mean 'script_failure'?)"],
    ['x: {script: a, image: ""}', "jobs:x:image name can't be blank"],
    ['x: {script: a, services: [{name: ""}]}', "jobs:x:services:service name can't be blank"],
    ['stagse: [build]\nx: {script: a}', "(it is no map) (did you mean 'stages'?)"],
    ['varibles: {A: b}\nx: {script: a}', "trigger: keyword (did you mean 'variables'?)"],
    ['x: {trigger: ""}', "jobs:x:trigger config can't be blank"],
    ['x: {trigger: {include: [{artifact: a.yml, job: gen}]}}', 'x job: undefined dependency: gen'],
    [
      'x: {trigger: {include: [{artifact: a.yml, job: gen}]}}\ngen: {script: a, stage: deploy}',
      'x job: dependency gen is not defined in current or prior stages',
    ],
    ['spec: {inputs: {i: {default: a, regex: "["}}}\n---\nx: {script: a}', 'the regex of the header is no RE2 pattern'],
    [
      'spec: {inputs: {i: {default: 1, type: number, regex: "a"}}}\n---\nx: {script: a}',
      'RegEx validation can only be used with string inputs',
    ],
    ['include: {remote: "https://["}\nx: {script: a}', 'does not have YAML extension'],
  ])('say what would be right: %j', async (text, message) => {
    expect((await messagesOf(text)).join('\n')).toContain(message)
  })

  it('are none for hidden keys that hold anything', async () => {
    expect(await messagesOf('.a: 1\n.b: [x]\n.c: {anything: {goes: here}}\nx: {script: a}')).toEqual([])
  })

  it('are none for names that JavaScript knows', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    const text = names.map(name => `${name}: {script: a, variables: {${name}: 1}, needs: []}\n`).join('')
    const plan = await planOf(text)
    expect(plan.jobs.map(job => job.name)).toEqual(names)
    expect(plan.jobs.map(job => Object.entries(job.variables))).toEqual(names.map(name => [[name, '1']]))
    expect((await messagesOf('x: {script: a, constructor: 1}'))[0]).toContain('unknown keys: constructor')
  })

  it('are the same each time', async () => {
    const text = 'x: {scirpt: a}\ny: {stage: no, script: 1}'
    expect(await compileText(text)).toEqual(await compileText(text))
  })
})

describe('a suggestion', () => {
  it.each([
    ['biuld', ['test', 'build'], 'build'],
    ['scirpt', ['script', 'stage'], 'script'],
    ['Build', ['build'], 'build'],
    ['deplyo-production', ['deploy-production', 'deploy'], 'deploy-production'],
    ['xyz', ['build', 'test'], null],
    ['y', ['x'], null],
  ])('for %s among %j is %s', (written, names, expected) => {
    expect(didYouMean(written, names)).toBe(expected === null ? '' : ` (did you mean '${expected}'?)`)
  })
})
