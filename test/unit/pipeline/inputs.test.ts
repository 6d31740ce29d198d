import { describe, expect, it } from 'vitest'
import type { SourceFiles } from '../../../src/pipeline/ports.ts'
import { compileText, messagesOf, planOf } from '../../support/pipeline.ts'

const withHeader = (header: string, body = 'x: {script: "$[[ inputs.a ]]"}') => `spec: {${header}}\n---\n${body}`
const scriptOf = async (text: string, inputs: Record<string, unknown> = {}, files: Partial<SourceFiles> = {}) =>
  (await planOf(text, { inputs }, files)).jobs[0]?.script

describe('the values of inputs', () => {
  it.each([
    [
      'a default that is no option',
      'inputs: {a: {options: [b, c], default: d}}',
      '`a` input: `d` cannot be used because it is not in the list of allowed options: b, c',
    ],
    [
      'a default beside its pattern',
      "inputs: {a: {regex: '^v', default: w}}",
      '`a` input: default value does not match required RegEx pattern',
    ],
    [
      'options of a boolean',
      'inputs: {a: {type: boolean, options: [true], default: true}}',
      '`a` input: Options can only be used with string and number inputs',
    ],
  ])('are checked: %s', async (_name, header, message) => {
    expect(await messagesOf(withHeader(header, 'x: {script: a}'))).toEqual([message])
  })

  it('may make the name of a job: a missing one is one mistake, not two', async () => {
    expect(await messagesOf(withHeader('inputs: {a: null}', '"$[[ inputs.a ]]": {script: b}'))).toEqual([
      '`a` input: required value has not been provided',
    ])
  })

  it('stand alone in the header: a job that slipped into it is told of', async () => {
    const result = await compileText('spec: {inputs: {}}\ny: {script: b}\n---\nx: {script: a}')
    expect(result.valid ? [] : result.errors.map(({ line, message }) => `${line} ${message}`)).toEqual([
      "2 header config contains unknown keys: y (it stands below the line of '---')",
    ])
  })
})

describe('rules of inputs', () => {
  const header = `spec:
  inputs:
    size:
      rules:
        - if: $[[ inputs.target ]] == "production" && $[[ inputs.is-big ]] == true
          options: [large, huge]
          default: huge
        - if: $[[ inputs.target ]] == "production"
          options: [large]
          default: large
        - options: [small]
          default: small
    target: {default: review}
    is-big: {type: boolean, default: false}
---
x: {script: "$[[ inputs.size ]]"}
`

  it('give options and default by the first one that holds', async () => {
    expect(await scriptOf(header)).toEqual(['small'])
    expect(await scriptOf(header, { target: 'production' })).toEqual(['large'])
    expect(await scriptOf(header, { target: 'production', 'is-big': 'true' })).toEqual(['huge'])
    expect(await messagesOf(header, { inputs: { size: 'huge' } })).toEqual([
      '`size` input: `huge` cannot be used because it is not in the list of allowed options: small',
    ])
  })

  it('leave the value to whoever starts the pipeline when none holds', async () => {
    const text = withHeader('inputs: {b: {default: q}, a: {rules: [{if: \'$[[ inputs.b ]] == "z"\', default: y}]}}')
    expect(await messagesOf(text)).toEqual(['`a` input: required value has not been provided'])
    expect(await scriptOf(text, { a: 'given' })).toEqual(['given'])
  })

  it.each([
    ['[]', "spec:inputs:a:rules config can't be blank"],
    ['{default: b}', 'spec:inputs:a:rules config should be an array of hashes'],
    ["[{if: '$A ==', default: b}]", 'spec:inputs:a:rules:rule if invalid expression syntax'],
    ['[{when: never, default: b}]', 'spec:inputs:a:rules:rule config contains unknown keys: when'],
  ])('that are wrong are a mistake: %s', async (rules, message) => {
    expect(await messagesOf(withHeader(`inputs: {a: {rules: ${rules}}}`, 'x: {script: a}'))).toContain(message)
  })

  it('stand instead of options and default, not beside them', async () => {
    const text = withHeader('inputs: {a: {default: b, rules: [{default: c}]}}')
    expect(await messagesOf(text)).toEqual(['spec:inputs:a config these keys cannot be used together: rules, default'])
  })
})

describe('inputs of other files', () => {
  const files: Partial<SourceFiles> = {
    readFile: async ({ path }) => texts[path] ?? null,
    listFiles: async () => Object.keys(texts),
  }
  const texts: Readonly<Record<string, string>> = {
    'shared.yml': 'inputs: {a: {default: shared}, b: {default: shared}}',
    'jobs.yml': 'inputs: {a: {default: shared}}\ny: {script: lost}',
    'nothing.yml': 'variables: {A: b}',
  }
  const body = 'x: {script: "$[[ inputs.a ]] $[[ inputs.b ]]"}'

  it('come by spec:include, with those of the header above them', async () => {
    const text = withHeader('include: [{local: shared.yml}], inputs: {b: {default: own}}', body)
    expect(await scriptOf(text, {}, files)).toEqual(['shared own'])
  })

  it('are one mistake when their file is not there', async () => {
    expect(await messagesOf(withHeader('include: [gone.yml]', body), {}, files)).toEqual([
      'Local file `gone.yml` does not exist!',
    ])
  })

  it('are all that such a file may hold', async () => {
    expect(await messagesOf(withHeader('include: [jobs.yml]'), {}, files)).toEqual([
      'spec:include: jobs.yml may hold inputs only, and has y',
    ])
    expect(await messagesOf(withHeader('include: [nothing.yml]', 'x: {script: a}'), {}, files)).toEqual([
      'spec:include: nothing.yml may hold inputs only, and has variables',
      'spec:include: nothing.yml defines no inputs',
    ])
  })
})

describe('a component', () => {
  const sha = 'c'.repeat(40)
  const part = (asked: string) => ({
    readFile: async ({ path }: { readonly path: string }) =>
      path === 'templates/part.yml'
        ? `spec: {component: [${asked}]}\n---\np: {script: "$[[ component.name ]] $[[ component.version ]] $[[ component.reference ]] $[[ component.sha ]]"}`
        : null,
    resolveRef: async () => sha,
    listTags: async () => ['1.2.3'],
  })
  const include = 'include: {component: 127.0.0.1:8080/g/p/part@~latest}'

  it('knows its own address, where its header asks for it', async () => {
    expect(await scriptOf(include, {}, part('name, version, reference, sha'))).toEqual([`part 1.2.3 ~latest ${sha}`])
    expect(await messagesOf(include, {}, part('name, version, reference'))).toEqual([
      'unknown component data: `sha` (spec:component lists what is asked for)',
    ])
  })

  it('has no address in a file that was not included as one', async () => {
    expect(await messagesOf(withHeader('component: [name]', 'x: {script: "$[[ component.name ]]"}'))).toEqual([
      '`component.name` is known only where the file is included as a component',
    ])
  })
})
