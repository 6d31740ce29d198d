import { describe, expect, it } from 'vitest'
import { createLogLines, type LogLine } from '../../../../src/commands/run/log-lines.ts'

function linesOf(text: string, hasColours = false, chunkBytes = Number.POSITIVE_INFINITY): readonly LogLine[] {
  const lines = createLogLines(hasColours)
  const bytes = new TextEncoder().encode(text)
  const found: LogLine[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) found.push(...lines.write(bytes.subarray(at, at + chunkBytes)))
  return [...found, ...lines.end()]
}

const section = (kind: 'start' | 'end', name: string) => `section_${kind}:1700000000:${name}\r\x1b[0K`

describe('the lines of a log', () => {
  it('have no markers of sections, and know in which one they stand', () => {
    const text = `${section('start', 'get_sources')}\x1b[0K\x1b[36;1mGetting source\x1b[0;m\nfetching\n${section('end', 'get_sources')}${section('start', 'step_script')}Executing\n$ ls\n${section('end', 'step_script')}done\n`
    expect(linesOf(text)).toEqual([
      { text: 'Getting source', section: 'get_sources' },
      { text: 'fetching', section: 'get_sources' },
      { text: 'Executing', section: 'step_script' },
      { text: '$ ls', section: 'step_script' },
      { text: 'done', section: null },
    ])
  })

  it.each([
    { what: 'a line that is written over shows its last text', raw: '10 %\r50 %\r100 %\n', shown: ['100 %'] },
    { what: 'the end of a line may be of two bytes', raw: 'one\r\ntwo\r\n', shown: ['one', 'two'] },
    { what: 'empty lines stay', raw: 'one\n\ntwo\n', shown: ['one', '', 'two'] },
    { what: 'a last line without an end is one', raw: 'one\ntwo', shown: ['one', 'two'] },
    { what: 'letters of several bytes come whole', raw: 'größer → €\n', shown: ['größer → €'] },
    { what: 'nothing steers the terminal', raw: 'a\x1b[2Jb\x1b]0;title\x07c\x1b[5Ad\x08e\n', shown: ['abcde'] },
  ])('$what', ({ raw, shown }) => {
    expect(linesOf(raw).map(line => line.text)).toEqual(shown)
    expect(linesOf(raw, false, 1)).toEqual(linesOf(raw))
  })

  it('keep their colours where there are some, and end with none', () => {
    expect(linesOf('\x1b[31mred\x1b[2J\n', true)).toEqual([{ text: '\x1b[31mred\x1b[0m', section: null }])
    expect(linesOf('\x1b[31mred\n')).toEqual([{ text: 'red', section: null }])
  })

  it('do not wait for an end that never comes', () => {
    const lines = createLogLines(false)
    expect(lines.write(new TextEncoder().encode('x'.repeat(70_000)))).toHaveLength(1)
  })
})
