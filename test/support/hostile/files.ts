// Files that want endless work, and what they are refused with; null: they compile.
import type { ContextOverrides } from '../../../src/pipeline/context-defaults.ts'
import type { SourceFiles } from '../../../src/pipeline/ports.ts'

export type HostileFile = {
  readonly name: string
  readonly text: string
  /** A part of a message; null: the file is no mistake. */
  readonly message: string | null
  readonly event?: ContextOverrides
  readonly files?: Partial<SourceFiles>
}

const mebibyte = 1024 * 1024
const repeat = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('')

function filledWith(line: (index: number) => string, head = ''): string {
  const lines = [head]
  for (let size = head.length, at = 0; size < mebibyte - 1000; at++)
    size += lines[lines.push(line(at)) - 1]?.length ?? 1
  return lines.join('')
}

const refused: readonly (readonly [name: string, text: string, message: string])[] = [
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
  ['a scalar of 10 MB', `x: {script: "${'a'.repeat(10_000_000)}"}`, 'larger than 1 MiB'],
  ['a merge key that merges itself', '.a: &a {b: 1, <<: *a}\nx: {script: a, <<: *a}', 'Unknown alias: a'],
  ['extends in a circle', 'x: {script: a, extends: y}\ny: {extends: z}\nz: {extends: x}', 'circular dependency'],
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

const taken: readonly (readonly [name: string, text: string])[] = [
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

const fewPaths = Array.from({ length: 1000 }, (_, at) => `a/b${at}/c`)
const manyPaths = Array.from({ length: 20_000 }, (_, at) => `folder${at % 100}/sub/file${at}.ts`)
const longNames = Array.from({ length: 900 }, () => 'a'.repeat(250))
const deepPaths = Array.from({ length: 900 }, () => `${'a/'.repeat(120)}c`)
const eachJob = (count: number, keys: string) => repeat(count, at => `x${at}: {script: a, ${keys}}\n`)
const oneJob = (keys: string) => `x: {script: a, ${keys}}\n`
const fifty = (pattern: string) => repeat(50, () => `"${pattern}", `)

/** Files that are dangerous by what they look at. */
const withSurroundings: readonly HostileFile[] = [
  {
    name: 'includes in a circle',
    text: 'include: a.yml\nx: {script: a}',
    message: 'Maximum of 150 nested includes',
    files: { readFile: async () => 'include: [a.yml, a.yml]\ny: {script: b}' },
  },
  {
    name: '149 large includes',
    text: `include: [${'a.yml, '.repeat(149)}]\nx: {script: a}`,
    message: 'more than 100,000 nodes with all its includes',
    files: {
      readFile: async () => `.a:\n  variables:\n${repeat(3000, at => `    k${at}: ${'v'.repeat(100)}\n`)}`,
    },
  },
  {
    name: '60,000 includes of nothing',
    text: `include: [${repeat(60_000, at => `a${at}.yml, `)}]\nx: {script: a}`,
    message: 'Maximum of 150 nested includes',
    files: { listFiles: async () => manyPaths },
  },
  {
    name: 'exists of 2,000 jobs among 20,000 files',
    text: repeat(2000, at => `x${at}: {script: a, rules: [{exists: ["**/*.q${at}", "*${at}/*/*${at}*.js"]}]}\n`),
    message: null,
    files: { listFiles: async () => manyPaths },
  },
  {
    name: 'globs of many stars, long names',
    text: oneJob(`rules: [{changes: [${fifty(`${'*a'.repeat(200)}b`)}]}]`),
    message: null,
    event: { changedPaths: longNames },
  },
  {
    name: 'globs of many sets, long names',
    text: oneJob(`rules: [{changes: [${repeat(50, at => `"${'[a-z]*'.repeat(200)}b${at}", `)}]}]`),
    message: null,
    event: { changedPaths: longNames },
  },
  {
    name: 'globs of many folders, deep paths',
    text: oneJob(`rules: [{changes: [${repeat(50, at => `"${'**/a/'.repeat(100)}b${at}", `)}]}]`),
    message: null,
    event: { changedPaths: deepPaths },
  },
  {
    name: 'globs of many braces',
    text: oneJob(`rules: [{changes: [${repeat(50, at => `"${'{a,b,c,d}'.repeat(200)}*${at}", `)}]}]`),
    message: null,
    event: { changedPaths: fewPaths },
  },
  {
    name: 'evil regexes in 500 jobs, a long message',
    text: repeat(500, at => `x${at}: {script: a, rules: [{if: '$CI_COMMIT_MESSAGE =~ /(a|a?)+b${at}/'}]}\n`),
    message: null,
    event: { commit: { message: 'a'.repeat(50_000) } },
  },
  {
    name: '2,000 variables of 2,000 jobs',
    text: `variables: {${repeat(2000, at => `V${at}: x, `)}}\n${eachJob(2000, '')}`,
    message: 'more than 20 MB of text',
  },
  {
    name: 'chains of 1,000 variables in 500 jobs',
    text: `variables: {${repeat(1000, at => `V${at}: $V${at + 1}, `)}}\n${eachJob(500, '')}`,
    message: 'over more than 500 steps',
  },
  {
    name: 'a long variable that 2,000 jobs repeat',
    text: `variables: {A: "${'x'.repeat(100_000)}", B: $A$A$A$A$A}\n${eachJob(2000, '')}`,
    message: 'more than 20 MB of text',
  },
  {
    name: 'long names of 2,000 environments',
    text: `variables: {A: "${'x'.repeat(200_000)}"}\n${eachJob(2000, 'environment: e/$A$A, resource_group: $A, tags: [$A]')}`,
    message: 'MB of text',
  },
  {
    name: 'long patterns in 2,000 jobs',
    text: `variables: {A: "${'x'.repeat(200_000)}"}\n${eachJob(2000, 'rules: [{changes: [$A$A, $A]}]')}`,
    message: 'MB of text',
    event: { changedPaths: fewPaths },
  },
  {
    name: 'a long script by default in 2,000 jobs',
    text: `default: {before_script: ["${'echo '.repeat(100_000)}"]}\n${eachJob(2000, '')}`,
    message: 'more than 20 MB of text',
  },
  {
    name: '50 needs in 1,900 jobs',
    text: `p: {script: a, stage: build, parallel: 50}\n${eachJob(1900, 'needs: [p]')}`,
    message: null,
  },
  {
    name: '60,000 dependencies',
    text: `${repeat(1000, at => `x${at}: {script: a, stage: build}\n`)}y: {script: a, dependencies: [${repeat(60_000, at => `x${at % 1000}, `)}]}\n`,
    message: null,
  },
  {
    name: '80,000 stages',
    text: `stages: [${repeat(80_000, at => `s${at}, `)}]\n${oneJob('stage: s5')}`,
    message: null,
  },
  {
    name: 'three typos in each of 2,000 jobs',
    text: repeat(2000, at => `x${at}: {script: a, stage: tset, needs: [x${at + 5000}], extends: .nope${at}}\n`),
    message: "unknown keys in 'extends'",
  },
  {
    name: '50,000 documents',
    text: 'x: {script: a}\n---\n'.repeat(50_000),
    message: 'more than 100,000 nodes',
  },
  { name: '40,000 anchors', text: `${repeat(40_000, at => `.a${at}: &a${at} 1\n`)}${oneJob('')}`, message: null },
]

export const hostileFiles: readonly HostileFile[] = [
  ...refused.map(([name, text, message]) => ({ name, text, message })),
  ...taken.map(([name, text]) => ({
    name,
    text,
    message: null,
    event: { commit: { message: `${'a'.repeat(50_000)}b` }, changedPaths: fewPaths },
  })),
  ...withSurroundings,
]
