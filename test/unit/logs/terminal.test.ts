import { describe, expect, test } from 'vitest'
import { createTerminalFilter } from '../../../src/logs/terminal.ts'

function filter(log: string, pieceBytes = Number.MAX_SAFE_INTEGER): string {
  const filtering = createTerminalFilter()
  const bytes = Buffer.from(log)
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) parts.push(filtering.write(bytes.subarray(at, at + pieceBytes)))
  return Buffer.concat([...parts, filtering.flush()]).toString()
}

describe('a log on a terminal', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['keeps text and colours', 'a \x1b[31;1mred\x1b[0m ü\n', 'a \x1b[31;1mred\x1b[0m ü\n'],
    ['keeps redrawing of a line', '10%\r\x1b[K20%\n', '10%\r\x1b[K20%\n'],
    ['sets no title', 'a\x1b]0;title\x07b\n', 'ab\n'],
    ['fills no clipboard', '\x1b]52;c;ZXZpbA==\x1b\\x\n', 'x\n'],
    ['makes no link', '\x1b]8;;http://evil\x07text\x1b]8;;\x07\n', 'text\n'],
    ['moves to no earlier line', 'a\n\x1b[1Aforged\n', 'a\nforged\n'],
    ['clears no screen', '\x1b[2J\x1b[Hx\n', 'x\n'],
    ['sends no device command', '\x1bP+q544e\x1b\\x\x1b[c\n', 'x\n'],
    ['rings no bell', 'a\x07\x00b\n', 'ab\n'],
    ['obeys no C1 control', 'a\u009b31mb\n', 'a31mb\n'],
    ['keeps letters whose bytes look like a C1 control', 'à Ä é\n', 'à Ä é\n'],
    [
      'shows no markers of sections',
      'section_start:1:build\r\x1b[0KBuilding\nsection_end:2:build\r\x1b[0K\n',
      'Building\n\n',
    ],
    ['keeps what only looks like a marker', 'section_start of the text\n', 'section_start of the text\n'],
    ['loses no line to an unfinished command', 'a\x1b]0;x\nb\n', 'a\nb\n'],
    ['ends with an unfinished line', 'a\nsome', 'a\nsome'],
  ]
  test.each(table)('%s', (_, log, expected) => {
    expect(filter(log)).toBe(expected)
    expect(filter(log, 1)).toBe(expected)
    expect(filter(log, 3)).toBe(expected)
  })

  test('shows the beginning of a line at once', () => {
    expect(Buffer.from(createTerminalFilter().write(Buffer.from('Download 10%'))).toString()).toBe('Download 10%')
  })

  test('holds no line without end', () => {
    const filtering = createTerminalFilter()
    expect(filtering.write(Buffer.alloc(200_000, 's')).length).toBe(200_000)
  })
})
