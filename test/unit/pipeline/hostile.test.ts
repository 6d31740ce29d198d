import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ContextOverrides } from '../../../src/pipeline/context-defaults.ts'
import { compileText } from '../../support/pipeline.ts'

// Files that want endless work, and files that are mostly noise: each ends soon, with a result or with diagnostics.

const mebibyte = 1024 * 1024
const repeat = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('')

function filledWith(line: (index: number) => string, head = ''): string {
  const lines = [head]
  for (let size = head.length, at = 0; size < mebibyte - 1000; at++)
    size += lines[lines.push(line(at)) - 1]?.length ?? 1
  return lines.join('')
}

const maxCpuMs = 1000

/** CPU time of this process, so that a busy machine does not decide. */
async function compileMeasured(text: string, overrides: ContextOverrides = {}) {
  const before = process.cpuUsage()
  const result = await compileText(text, overrides)
  const { user, system } = process.cpuUsage(before)
  return { result, cpuMs: (user + system) / 1000 }
}

const hostile: readonly (readonly [name: string, text: string, message: string])[] = [
  [
    'an alias bomb',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${repeat(9, at => `a${at}: &a${at} [${Array(9).fill(`*a${at === 0 ? '' : at - 1}`)}]\n`)}`,
    'more than 100,000 nodes',
  ],
  [
    'aliases nested 20,000 deep',
    `a0: &a0 [1]\n${repeat(20_000, at => `a${at + 1}: &a${at + 1} [*a${at}]\n`)}`,
    'deeper than 100 levels',
  ],
  ['brackets to the end', '['.repeat(mebibyte - 10), 'deeper than 100 levels'],
  ['maps in maps', '{a: '.repeat(200_000), 'deeper than 100 levels'],
  [
    'merge keys of merge keys',
    `.a: &a {${repeat(5000, at => `k${at}: 1, `)}}\n${repeat(5000, at => `x${at}: {<<: [*a, *a, *a, *a]}\n`)}`,
    'too many keys are merged',
  ],
  [
    'extends of large bases',
    `.a: {variables: {${repeat(5000, at => `k${at}: 1, `)}}}\n${repeat(5000, at => `x${at}: {extends: [.a, .a, .a, .a], script: a}\n`)}`,
    'too many keys are merged',
  ],
  [
    'extends without end',
    `x0: {script: a}\n${repeat(20_000, at => `x${at + 1}: {extends: x${at}}\n`)}`,
    'nesting too deep',
  ],
  ['60,000 unknown bases', `x: {script: a, extends: [${repeat(60_000, at => `no${at}, `)}]}`, 'unknown keys in'],
  [
    'references that double',
    `.r0: {script: [a, b]}\n${repeat(40, at => `.r${at + 1}: {script: [!reference [.r${at}, script], !reference [.r${at}, script]]}\n`)}x: {script: [!reference [.r40, script]]}`,
    'more than 100,000 nodes',
  ],
  ['a mebibyte of jobs', filledWith(at => `job${at}: {script: a}\n`), 'more than 100,000 nodes'],
  ['a mebibyte of mistakes', filledWith(at => `job${at}: {scirpt: a}\n`), 'more than 100,000 nodes'],
  ['more than a mebibyte', `x: {script: "${'a'.repeat(mebibyte)}"}`, 'larger than 1 MiB'],
  ['2,001 jobs', repeat(2001, at => `x${at}: {script: a}\n`), 'more than 2000 jobs'],
  ['400,000 instances', repeat(2000, at => `x${at}: {script: a, parallel: 200}\n`), 'more than 2000 jobs'],
  ['a billion instances', 'x: {script: a, parallel: 1000000000}', 'less than or equal to 200'],
  [
    'a matrix of 100^30',
    `x: {script: a, parallel: {matrix: [{${repeat(30, at => `V${at}: [${repeat(100, value => `${value},`)}], `)}}]}}`,
    'generates too many jobs',
  ],
  [
    'needs in a long circle',
    repeat(2000, at => `x${at}: {script: a, needs: [x${(at + 1) % 2000}]}\n`),
    'circular dependencies',
  ],
  ['needs that nobody has', repeat(2000, at => `x${at}: {script: a, needs: [y${at}, z${at}]}\n`), 'undefined need'],
  [
    'variables that double',
    `x:\n  script: a\n  variables:\n    A0: xxxxxxxxxx\n${repeat(60, at => `    A${at + 1}: $A${at}$A${at}\n`)}`,
    'more than a million characters',
  ],
  [
    'an endless expression',
    `x: {script: a, rules: [{if: "${'$A == $B || '.repeat(50_000)}$C"}]}`,
    'invalid expression syntax',
  ],
  [
    'half a mebibyte of slashes',
    `x: {script: a, rules: [{if: "$A =~ ${'/'.repeat(500_000)}"}]}`,
    'invalid expression syntax',
  ],
  [
    'inputs that multiply',
    `spec: {inputs: {a: {default: "${'x'.repeat(100_000)}"}}}\n---\nx: {script: ["${'$[[ inputs.a ]]'.repeat(5000)}"]}`,
    'more than 20 MB of text',
  ],
]

const heavy: readonly (readonly [name: string, text: string])[] = [
  ['a mebibyte of script', filledWith(at => `    - echo ${at}\n`, 'x:\n  script:\n')],
  [
    'variables in a chain of 400',
    `x:\n  script: a\n  variables:\n    A0: x\n${repeat(400, at => `    A${at + 1}: $A${at}\n`)}`,
  ],
  ['an evil regex', "x: {script: a, rules: [{if: '$CI_COMMIT_MESSAGE =~ /(a+)+$/'}]}"],
  ['a regex that repeats repeats', `x: {script: a, only: ['/${'(a?){1000}'.repeat(50)}/']}`],
  [
    'globs of stars and braces',
    `x: {script: a, rules: [{changes: ["${'**/*a'.repeat(5000)}", "${'{a,b}'.repeat(500)}"]}]}`,
  ],
  ['blocks without an end', `spec: {inputs: {a: {default: b}}}\n---\nx: {script: ["${'$[[ '.repeat(100_000)}"]}`],
  ['60,000 refs', `x: {script: a, only: [${repeat(60_000, at => `/^b${at}/, `)}]}`],
  ['needs in a chain of 2,000', repeat(2000, at => `x${at}: {script: a, needs: [${at === 0 ? '' : `x${at - 1}`}]}\n`)],
]

describe('a hostile file', () => {
  it.each(hostile)('with %s is refused in bounded time', { timeout: 60_000 }, async (_, text, message) => {
    const { result, cpuMs } = await compileMeasured(text)
    const messages = result.valid ? [] : result.errors.map(error => error.message)
    expect(
      messages.some(each => each.includes(message)),
      messages.slice(0, 3).join('\n'),
    ).toBe(true)
    expect(messages.length).toBeLessThanOrEqual(1000)
    expect(cpuMs).toBeLessThan(maxCpuMs * 3)
  })

  it.each(heavy)('with %s compiles in bounded time', { timeout: 60_000 }, async (_, text) => {
    const changedPaths = Array.from({ length: 1000 }, (_, at) => `a/b${at}/c`)
    const { result, cpuMs } = await compileMeasured(text, {
      commit: { message: `${'a'.repeat(50_000)}b` },
      changedPaths,
    })
    expect(result.valid ? [] : result.errors).toEqual([])
    expect(cpuMs).toBeLessThan(maxCpuMs * 3)
  })
})

describe('any mutation of a real file', () => {
  const corpus: readonly string[] = JSON.parse(
    readFileSync(new URL('../../cases/language.json', import.meta.url), 'utf8'),
  )
    .map((each: { readonly yaml: string | null }) => each.yaml)
    .filter((yaml: string | null) => yaml !== null)

  it.each([1, 2, 3])('compiles, or fails with places, soon (seed %i)', { timeout: 120_000 }, async seed => {
    const random = createRandom(seed)
    for (let round = 0; round < 600; round++) {
      const text = mutate(corpus, random)
      const { result, cpuMs } = await compileMeasured(text)
      const errors = result.valid ? [] : result.errors
      expect(result.valid || errors.length > 0, text).toBe(true)
      expect(
        errors.filter(error => error.line < 1 || error.column < 1 || error.message === ''),
        text,
      ).toEqual([])
      expect(cpuMs, text).toBeLessThan(maxCpuMs)
    }
    expect(process.memoryUsage().rss).toBeLessThan(1024 * mebibyte)
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

  function mutate(texts: readonly string[], random: () => number): string {
    const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? ''
    let text = pick(texts)
    for (let left = 1 + Math.floor(random() * 4); left > 0; left--) {
      const at = Math.floor(random() * (text.length + 1))
      const length = Math.floor(random() * 20)
      const way = random()
      if (way < 0.35) text = text.slice(0, at) + pick(snippets) + text.slice(at)
      else if (way < 0.55) text = text.slice(0, at) + text.slice(at + length)
      else if (way < 0.7) text = text.slice(0, at + length) + text.slice(at)
      else if (way < 0.85) text = text.slice(0, at) + pick(texts).slice(0, 60) + text.slice(at)
      else text = `${text}\n${pick(texts)}`
    }
    return text
  }
})

/** Mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
