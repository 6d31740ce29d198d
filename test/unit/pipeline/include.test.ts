import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ContextOverrides } from '../../../src/pipeline/context-defaults.ts'
import type { SourceFiles } from '../../../src/pipeline/ports.ts'
import { compileText, messagesOf, namesOf, planOf } from '../../support/pipeline.ts'

const sha = 'a'.repeat(40)
const own = 'my-group/my-project'

/** Files of projects as `project//path`, all at one commit. */
function filesOf(files: Readonly<Record<string, string>>, more: Partial<SourceFiles> = {}): Partial<SourceFiles> {
  const textOf = (project: string, path: string) =>
    files[`${project}//${path}`] ?? (project === own ? files[path] : undefined)
  return {
    readFile: async ({ project, path }) => textOf(project, path) ?? null,
    listFiles: async ({ project }) =>
      Object.keys(files).flatMap(name => {
        const [first = '', second] = name.split('//')
        if (second === undefined) return project === own ? [first] : []
        return first === project ? [second] : []
      }),
    resolveRef: async ({ project, ref }) =>
      Object.keys(files).some(name => name.startsWith(`${project}//`)) && ref !== 'gone' ? sha : null,
    listTags: async () => ['1.0.0', '1.2.0', '1.10.1', '2.0.0-rc1', 'v0.9.0'],
    ...more,
  }
}

const names = async (text: string, files: Partial<SourceFiles>, overrides: ContextOverrides = {}) =>
  (await planOf(text, overrides, files)).jobs.map(job => job.name)

describe('include', () => {
  it('merges files from left to right, the including one on top', async () => {
    const files = filesOf({
      'a.yml': 'variables: {V: a, A: a}\nx: {script: [a], tags: [t]}',
      'b.yml': 'variables: {V: b}\nx: {script: [b]}',
    })
    const plan = await planOf('include: [a.yml, /b.yml]\nx: {variables: {M: 1}}', {}, files)
    expect(plan.jobs[0]).toMatchObject({ script: ['b'], tags: ['t'], variables: { V: 'b', A: 'a', M: '1' } })
  })

  it('finds local files by wildcards', async () => {
    const files = filesOf({
      'ci/a.yml': 'a: {script: a}',
      'ci/b.yml': 'b: {script: a}',
      'ci/deep/c.yml': 'c: {script: a}',
      'ci/d.txt': 'no',
    })
    expect(await names('include: ci/*.yml', files)).toEqual(['a', 'b'])
    expect(await names('include: ci/**.yml', files)).toEqual(['a', 'b', 'c'])
    expect(await messagesOf('include: no/*.yml\nx: {script: a}', {}, files)).toEqual([
      'Local file `no/*.yml` does not exist!',
    ])
  })

  it('takes files of another project, whose own local files count from there', async () => {
    const files = filesOf({
      'other/lib//ci.yml': 'include: more.yml\na: {script: a}',
      'other/lib//more.yml': 'b: {script: a}',
      'more.yml': 'wrong: {script: a}',
    })
    expect(await names('include: {project: other/lib, file: [ci.yml], ref: v1}', files)).toEqual(['b', 'a'])
    expect((await messagesOf('include: {project: no/where, file: ci.yml}\nx: {script: a}', {}, files))[0]).toContain(
      'Project `no/where` not found or access denied!',
    )
    expect((await messagesOf('include: {project: other/lib, file: no.yml}\nx: {script: a}', {}, files))[0]).toBe(
      'Project `other/lib` file `no.yml` does not exist!',
    )
    expect(
      (await messagesOf('include: {project: other/lib, file: ci.yml, ref: gone}\nx: {script: a}', {}, files))[0],
    ).toContain('reference `gone`')
  })

  it('takes remote files, guards their integrity, and gives them no local files', async () => {
    const text = 'a: {script: a}'
    const integrity = `sha256-${createHash('sha256').update(text).digest('base64')}`
    const remote = (answer: string): Partial<SourceFiles> => ({ fetchRemote: async () => ({ text: answer }) })
    expect(await names('include: https://example.com/ci.yml', remote(text))).toEqual(['a'])
    expect(
      await names(`include: {remote: "https://example.com/ci.yml", integrity: "${integrity}"}`, remote(text)),
    ).toEqual(['a'])
    const bad = `include: {remote: "https://example.com/ci.yml", integrity: "sha256-no"}\nx: {script: a}`
    expect((await messagesOf(bad, {}, remote(text)))[0]).toContain('does not match its integrity')
    expect(
      (await messagesOf('include: https://example.com/ci.yml\nx: {script: a}', {}, remote('include: b.yml')))[0],
    ).toBe('Local file `b.yml` does not have project!')
    const failing: Partial<SourceFiles> = { fetchRemote: async () => ({ failure: 'the address is private' }) }
    expect((await messagesOf('include: https://10.0.0.1/ci.yml\nx: {script: a}', {}, failing))[0]).toContain(
      'the address is private',
    )
  })

  it('takes templates by name', async () => {
    const files: Partial<SourceFiles> = {
      readTemplate: async name => (name === 'Go.gitlab-ci.yml' ? 'a: {script: a}' : null),
    }
    expect(await names('include: {template: Go.gitlab-ci.yml}', files)).toEqual(['a'])
    expect((await messagesOf('include: {template: No.gitlab-ci.yml}\nx: {script: a}', {}, files))[0]).toContain(
      'does not exist',
    )
  })

  it('takes components by version, with their inputs', async () => {
    const asked: (string | null)[] = []
    const files = filesOf(
      {
        'lib/comp//templates/build.yml': 'spec: {inputs: {n: {default: d}}}\n---\n"build-$[[ inputs.n ]]": {script: a}',
      },
      {
        resolveRef: async ({ ref }) => {
          asked.push(ref)
          return sha
        },
      },
    )
    const component = (version: string) =>
      `include: {component: 127.0.0.1:8080/lib/comp/build@${version}, inputs: {n: x}}`
    expect(await names(component('1'), files)).toEqual(['build-x'])
    await names(component('~latest'), files)
    await names(component('1.2'), files)
    await names(component('main'), files)
    expect(asked).toEqual(['1.10.1', '1.10.1', '1.2.0', 'main'])
    expect(
      (await messagesOf('include: {component: elsewhere.com/lib/comp/build@1}\nx: {script: a}', {}, files))[0],
    ).toContain('is not on this server')
  })

  it('takes artifacts in child pipelines only', async () => {
    const files: Partial<SourceFiles> = {
      readArtifact: async ({ job, path }) => (job === 'gen' && path === 'ci.yml' ? 'a: {script: a}' : null),
    }
    const text = 'include: {artifact: ci.yml, job: gen}'
    expect(await names(text, files, { source: 'parent_pipeline' })).toEqual(['a'])
    expect((await messagesOf(`${text}\nx: {script: a}`, {}, files))[0]).toContain('only a child pipeline')
  })

  it('obeys rules, with variables of the project but none of the file', async () => {
    const files = filesOf({
      'a.yml': 'a: {script: a}',
      'b.yml': 'b: {script: a}',
      'c.yml': 'c: {script: a}',
      'd.yml': 'd: {script: a}',
    })
    const text = `
variables: {F: 1}
include:
  - {local: a.yml, rules: [{if: $P == "1"}]}
  - {local: b.yml, rules: [{if: $F == "1"}]}
  - {local: c.yml, rules: [{exists: [a.yml]}]}
  - {local: d.yml, rules: [{changes: [src/*], when: never}, {if: $P}]}`
    const overrides = { variables: { project: [{ key: 'P', value: '1' }] }, changedPaths: ['src/x'] }
    expect(await names(text, files, overrides)).toEqual(['a', 'c'])
  })

  it('expands variables in places', async () => {
    const files = filesOf({ 'ci/a.yml': 'a: {script: a}' })
    expect(
      await names('include: ci/$NAME.yml', files, { variables: { project: [{ key: 'NAME', value: 'a' }] } }),
    ).toEqual(['a'])
  })

  it('tells mistakes of an included file with its name and line', async () => {
    const files = filesOf({ 'a.yml': 'a:\n  script: a\n  imgae: b\n', 'bad.yml': 'a: [', 'empty.yml': '' })
    const result = await compileText('include: a.yml', {}, files)
    expect(result).toMatchObject({ valid: false, errors: [{ file: 'a.yml', line: 3, column: 3, path: 'a:imgae' }] })
    expect(await compileText('include: bad.yml\nx: {script: a}', {}, files)).toMatchObject({
      valid: false,
      errors: [{ file: 'bad.yml' }],
    })
    expect((await messagesOf('include: empty.yml\nx: {script: a}', {}, files))[0]).toBe(
      'Included file `empty.yml` is empty or does not exist!',
    )
  })

  it('ends a file that includes itself', async () => {
    const files = filesOf({ 'a.yml': 'include: a.yml\na: {script: a}', 'b.yml': 'include: [b.yml, b.yml]' })
    expect(await messagesOf('include: a.yml', {}, files)).toEqual(['Maximum of 150 nested includes are allowed!'])
    expect(await messagesOf('include: b.yml', {}, files)).toEqual(['Maximum of 150 nested includes are allowed!'])
  })

  it('lets jobs extend across files', async () => {
    const files = filesOf({ 'a.yml': '.base: {script: [a], tags: [t]}' })
    expect((await planOf('include: a.yml\nx: {extends: .base}', {}, files)).jobs[0]).toMatchObject({
      script: ['a'],
      tags: ['t'],
    })
  })
})

describe('inputs', () => {
  const header = (inputs: string) => `spec: {inputs: {${inputs}}}\n---\n`

  it('keep their type as a whole value, and become text within one', async () => {
    const text = `${header('n: {type: number, default: 2}, b: {type: boolean, default: true}, l: {type: array, default: [p, q]}, s: {default: v}')}
x: {script: ["$[[ inputs.s ]]-$[[ inputs.n ]]-$[[inputs.b]]", "$[[ inputs.l ]]", "list: $[[ inputs.l ]]"], parallel: "$[[ inputs.n ]]", interruptible: "$[[ inputs.b ]]", tags: "$[[ inputs.l ]]"}
"job-$[[ inputs.s ]]": {script: a}`
    const plan = await planOf(text)
    expect(plan.jobs.map(job => job.name)).toEqual(['x 1/2', 'x 2/2', 'job-v'])
    expect(plan.jobs[0]).toMatchObject({
      script: ['v-2-true', 'p', 'q', 'list: ["p","q"]'],
      interruptible: true,
      tags: ['p', 'q'],
    })
  })

  it('come from the event, texts standing for numbers and the like', async () => {
    const text = `${header('env:, n: {type: number, default: 1}')}x: {script: "echo $[[ inputs.env ]] $[[ inputs.n ]]"}`
    expect((await planOf(text, { inputs: { env: 'prod', n: '3' } })).jobs[0]?.script).toEqual(['echo prod 3'])
    expect(await messagesOf(text)).toEqual(['`env` input: required value has not been provided'])
    expect((await messagesOf(text, { inputs: { env: 'a', nope: 'b' } }))[0]).toContain('unknown input arguments: nope')
    expect((await messagesOf('x: {script: a}', { inputs: { a: 'b' } }))[0]).toContain('has no header')
  })

  it('splice a list into a list', async () => {
    const text = `${header('l: {type: array, default: [p, q]}')}x: {script: a, artifacts: {paths: [o, "$[[ inputs.l ]]"]}}`
    expect((await planOf(text)).jobs[0]?.artifacts?.paths).toEqual(['o', 'p', 'q'])
  })

  it('may be described, bounded and typed', async () => {
    const text =
      'spec: {inputs: {a: {type: string, options: [x, y], regex: ^x, default: x, description: d}}}\n---\n"$[[ inputs.a ]]": {script: a}'
    expect(await namesOf(text)).toEqual(['x'])
  })

  it('go through functions', async () => {
    const text = `${header('a: {default: "$NAME is here"}, l: {default: abcdefgh}')}x: {script: ["$[[ inputs.a | expand_vars | posix_escape ]]", "$[[ inputs.l | truncate(2,3) ]]"]}`
    const plan = await planOf(text, { variables: { project: [{ key: 'NAME', value: 'n m' }] } })
    expect(plan.jobs[0]?.script).toEqual(['n\\ m\\ is\\ here', 'cde'])
    expect((await messagesOf(text.replace('truncate(2,3)', 'upcase')))[0]).toContain('no function matching `upcase`')
  })

  it.each([
    ['a: {options: [x, y]}', { a: 'z' }, '`z` cannot be used because it is not in the list of allowed options'],
    ['a: {regex: ^v}', { a: 'x' }, 'does not match required RegEx pattern'],
    ['a: {type: number}', { a: 'x' }, 'provided value is not a number'],
    ['a: {type: boolean, default: maybe}', {}, 'default value is not a boolean'],
    ['a: {typ: number, default: x}', {}, 'spec:inputs:a config contains unknown keys: typ'],
    ['a: {type: map, default: x}', {}, 'type should be one of: string, number, boolean, array'],
  ])('refuse %s', async (inputs, given, message) => {
    expect((await messagesOf(`${header(inputs)}x: {script: "$[[ inputs.a ]]"}`, { inputs: given }))[0]).toContain(
      message,
    )
  })

  it('reach an included file from the including one', async () => {
    const files = filesOf({
      'a.yml': `${header('stage: {default: test}, description:')}"j-$[[ inputs.stage ]]": {stage: "$[[ inputs.stage ]]", script: a}`,
    })
    expect(await names('include: [{local: a.yml, inputs: {stage: build, description: d}}]', files)).toEqual(['j-build'])
    const twice =
      'include: [{local: a.yml, inputs: {stage: build, description: d}}, {local: a.yml, inputs: {description: e}}]'
    expect(await names(twice, files)).toEqual(['j-build', 'j-test'])
  })

  it('leave a file without a header alone, and tell a header that is in the wrong place', async () => {
    expect(await namesOf('"$[[ inputs.a ]]": {script: a}')).toEqual(['$[[ inputs.a ]]'])
    expect((await messagesOf('spec: {inputs: {}}\nx: {script: a}'))[0]).toContain('is a header')
    expect(await namesOf('x: {script: a}\n---\ny: {script: a}')).toEqual(['x'])
  })
})
