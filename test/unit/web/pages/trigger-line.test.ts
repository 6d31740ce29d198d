import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { triggerLine } from '../../../../src/web/pages/triggers/trigger-line.ts'

const url = 'https://ci.example.com/api/v4/projects/7/trigger/pipeline'

/** What curl would be given by a shell. */
function wordsOf(line: string): readonly string[] {
  const script = `curl() { printf '%s\\n' "$@"; }\n${line}`
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n')
}

describe('the command that starts a pipeline', () => {
  it('names token, ref and variables as fields of a form', () => {
    const line = triggerLine(url, { token: 'glptt-a', ref: 'main', variables: { REASON: 'nightly' } })
    expect(wordsOf(line)).toEqual([
      '--fail',
      '--request',
      'POST',
      '--form-string',
      'token=glptt-a',
      '--form-string',
      'ref=main',
      '--form-string',
      'variables[REASON]=nightly',
      url,
    ])
  })

  it.each(["it's", '$(id) `id`', 'a; b && c', '"quoted"', '@/etc/passwd'])('hands on %s as it is', value => {
    const words = wordsOf(triggerLine(url, { token: 'T', ref: value, variables: { A: value } }))
    expect(words).toContain(`ref=${value}`)
    expect(words).toContain(`variables[A]=${value}`)
    expect(words.at(-1)).toBe(url)
  })
})
