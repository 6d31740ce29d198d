import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allKeywords, type Keyword } from '../../../src/pipeline/keywords.ts'

// docs/pipeline-syntax.md is made from the table of keywords and from the tests that use them, so that it cannot lie:
// UPDATE=1 writes it, and without that it must be what would be written.

const root = join(import.meta.dirname, '../../..')
const document = join(root, 'docs/pipeline-syntax.md')
const folder = 'test/unit/pipeline'
const tests = readdirSync(join(root, folder))
  .filter(name => name.endsWith('.test.ts') && name !== 'syntax-doc.test.ts')
  .sort()
  .map(name => ({ name, text: readFileSync(join(root, folder, name), 'utf8') }))

describe('docs/pipeline-syntax.md', () => {
  const rows = allKeywords().map(keyword => ({ ...keyword, test: testOf(keyword) }))

  it('names a test for every keyword', () => {
    expect(rows.filter(row => row.test === null).map(row => row.keyword)).toEqual([])
  })

  it('is what the table says', () => {
    const text = textOf(rows)
    if (process.env.UPDATE === '1') writeFileSync(document, text)
    expect(readFileSync(document, 'utf8')).toBe(text)
  })
})

/** A test that uses the keyword as a key, on one line with its parent if it has one; that of the keywords before others. */
function testOf({ keyword }: Keyword): string | null {
  const [name = '', parent] = keyword.split(':').reverse()
  const pattern = new RegExp(parent === undefined ? `\\b${name}:` : `\\b${parent}\\b[^\\n]*\\b${name}\\b`)
  const using = tests.filter(test => pattern.test(test.text)).map(test => test.name)
  return using.find(file => file === 'keywords.test.ts') ?? using[0] ?? null
}

function textOf(rows: readonly (Keyword & { readonly test: string | null })[]): string {
  const lines = rows.map(
    ({ keyword, scopes, isSupported, test }) =>
      `| \`${keyword}\` | ${[...new Set(scopes)].join(', ')} | ${isSupported ? 'yes' : 'refused by name'} | [${test}](../${folder}/${test}) |`,
  )
  return `# What a \`.gitlab-ci.yml\` may say

Made from the table that checks the files (\`src/pipeline/keywords/\`) by \`UPDATE=1 npx vitest run ${folder}/syntax-doc.test.ts\`; the
test fails when this page and the table differ, or when a keyword has no test.

Slipway reads the language of today's GitLab, with \`types\`, \`type\` and the \`CI_BUILD_*\` names of GitLab 8 beside it. What is
refused is a mistake that names itself; nothing is ignored in silence. All mistakes of a file are told at once, with line and column.

Limits, each with a mistake of its own: a file of 1 MiB, a document of 20 MB or 100,000 nodes with aliases, \`extends\` and references
written out, 20 MB of text in all jobs with defaults and variables; nesting 100, includes 150, jobs 2,000, \`needs\` 50 a job, \`extends\` 11 deep,
200 instances of a job. Patterns are RE2. Whatever a file says, it compiles or fails within a second and 200 MB.

| keyword | where | supported | test |
|---|---|---|---|
${lines.join('\n')}
`
}
