import { describe, expect, it } from 'vitest'
import { allKeywords, type Keyword } from '../../../src/pipeline/keywords.ts'
import type { SourceFiles } from '../../../src/pipeline/ports.ts'
import { type SampleFile, sampleFilesOf } from '../../support/keyword-samples.ts'
import { compileText } from '../../support/pipeline.ts'

// Every keyword of the table, in every place where it may stand: a right value is taken and changes what comes of the file, a
// wrong one is a mistake at its place; one that is not supported says so.

const parts: Readonly<Record<string, string>> = {
  'part.yml': 'part: {script: b}',
  'with-input.yml': 'spec: {inputs: {i: {default: b}}}\n---\npart: {script: "$[[ inputs.i ]]"}',
  'inputs.yml': 'inputs: {i: {}}',
  'templates/part.yml': 'part: {script: b}',
}

const files: Partial<SourceFiles> = {
  readFile: async ({ path, sha }) => (sha === 'old' ? 'part: {script: old}' : (parts[path] ?? null)),
  listFiles: async () => Object.keys(parts),
  resolveRef: async ({ ref }) => ref ?? 'new',
  listTags: async () => ['1.0.0'],
  fetchRemote: async () => ({ text: 'part: {script: b}' }),
  readTemplate: async name => (name === 'Part.gitlab-ci.yml' ? 'part: {script: b}' : null),
}

const rows = allKeywords().flatMap(keyword =>
  sampleFilesOf(keyword).map(file => ({ ...file, keyword, name: keyword.keyword })),
)
const supported = rows.filter(row => row.keyword.isSupported)
const refused = rows.filter(row => !row.keyword.isSupported)

describe('every keyword', () => {
  it('has a sample in each of its places', () => {
    const missing = allKeywords().flatMap(keyword =>
      missingScopes(keyword).map(scope => `${keyword.keyword} (${scope})`),
    )
    expect(missing).toEqual([])
  })

  it.each(supported)('$name ($scope) is taken, and counts', async file => {
    const [right, without] = [await outcomeOf(file.right, file), await outcomeOf(file.without, file)]
    expect(
      right.mistakes.filter(each => each.includes('unknown keys')),
      file.right,
    ).toEqual([])
    if (!file.isSilent) expect(right, file.right).not.toEqual(without)
  })

  it.each(supported)('$name ($scope) with a wrong value is a mistake that names it', async file => {
    const { mistakes } = await outcomeOf(file.wrong, file)
    expect(mistakes.join('\n'), file.wrong).toMatch(namesIt(file.keyword))
  })

  it.each(refused)('$name ($scope) is refused by name', async file => {
    const { mistakes } = await outcomeOf(file.right, file)
    expect(mistakes.join('\n'), file.right).toMatch(
      new RegExp(`${lastNameOf(file.keyword)} is not supported by Slipway`),
    )
  })
})

async function outcomeOf(text: string, { event }: SampleFile) {
  const result = await compileText(text, event, files)
  const mistakes = result.valid ? [] : result.errors.map(({ path, message }) => `${path} ${message}`)
  return { mistakes, result }
}

function missingScopes(keyword: Keyword): readonly string[] {
  const seen = sampleFilesOf(keyword).map(file => file.scope)
  const wanted = keyword.keyword.includes(':') ? keyword.scopes.slice(0, 1) : keyword.scopes
  return wanted.filter(scope => !seen.includes(scope))
}

/** In the message or in its path, as GitLab writes it: `start_in`, `start in`. */
function namesIt(keyword: Keyword): RegExp {
  return new RegExp(lastNameOf(keyword).replaceAll('_', '[_ ]'), 'i')
}

function lastNameOf({ keyword }: Keyword): string {
  return keyword.split(':').at(-1) ?? ''
}
