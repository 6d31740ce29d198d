import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allKeywords, type Keyword } from '../../../src/pipeline/keywords.ts'
import { exampleOf } from '../../support/keyword-samples.ts'

// docs/pipeline-syntax.md is made from the table of keywords and from the examples that every-keyword.test.ts compiles, so that
// it cannot lie: UPDATE=1 writes it, and without that it must be what would be written.

const root = join(import.meta.dirname, '../../..')
const document = join(root, 'docs/pipeline-syntax.md')
describe('docs/pipeline-syntax.md', () => {
  const rows = allKeywords()

  it('has an example for every keyword', () => {
    expect(rows.filter(row => exampleOf(row.keyword) === null)).toEqual([])
  })

  it('is what the table says', () => {
    const text = textOf(rows)
    if (process.env.UPDATE === '1') writeFileSync(document, text)
    expect(readFileSync(document, 'utf8')).toBe(text)
  })
})

function textOf(rows: readonly Keyword[]): string {
  const lines = rows.map(
    ({ keyword, scopes, isSupported }) =>
      `| \`${keyword}\` | ${[...new Set(scopes)].join(', ')} | ${isSupported ? 'yes' : 'refused by name'} | \`${exampleOf(keyword)}\` |`,
  )
  return `# What a \`.gitlab-ci.yml\` may say

Made from the table that checks the files (\`src/pipeline/keywords/\`) by \`UPDATE=1 npx vitest run test/unit/pipeline/syntax-doc.test.ts\`.
The test of every row is [every-keyword.test.ts](../test/unit/pipeline/every-keyword.test.ts): it compiles the example in each
place where the keyword may stand, sees that it changes what comes of the file, and that a wrong value is a mistake that names
it. What a keyword means is told by the other tests there, and by the scenarios in [pipelines/](../pipelines).

Slipway reads the language of today's GitLab, with \`types\`, \`type\` and the \`CI_BUILD_*\` names of GitLab 8 beside it. What is
refused is a mistake that names itself; nothing is ignored in silence. All mistakes of a file are told at once, with line and column.
\`pages\` and \`publish\` publish nothing: the folder is kept as an artifact, and \`lint\`, \`plan\` and the answer to a push warn of it.

Limits, each with a mistake of its own: a file of 1 MiB, a document of 20 MB or 100,000 nodes with aliases, \`extends\` and references
written out, 20 MB of text in all jobs with defaults and variables; nesting 100, includes 150, jobs 2,000, \`needs\` 50 a job, \`extends\` 11 deep,
200 instances of a job. Patterns are RE2. Whatever a file says, it compiles or fails within a second and 200 MB.

| keyword | where | supported | example, which is tested |
|---|---|---|---|
${lines.join('\n')}
`
}
