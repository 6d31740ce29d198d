import { describe, expect, test } from 'vitest'
import { createLineIndex, type LineIndex, maximumRowBytes, paintPieces } from '../../../src/logs/line.ts'
import { rowText } from '../../../src/logs/paint.ts'
import { createRandom } from '../../support/random.ts'

const encoder = new TextEncoder()

function indexOf(log: Uint8Array, pieceBytes: number): LineIndex {
  const index = createLineIndex()
  for (let at = 0; at < log.length; at += pieceBytes) index.write(log.subarray(at, at + pieceBytes))
  return index
}

function rowsOf(log: string, pieceBytes = Number.MAX_SAFE_INTEGER): readonly string[] {
  const bytes = encoder.encode(log)
  const index = indexOf(bytes, pieceBytes)
  return Array.from({ length: index.rowCount() }, (_, row) =>
    rowText(paintPieces(index.pieces(row), (start, end) => bytes.subarray(start, end))),
  )
}

describe('the rows of a log', () => {
  const table: readonly (readonly [string, string, readonly string[]])[] = [
    ['are its lines', 'one\ntwo\n\nfour\n', ['one', 'two', '', 'four']],
    ['begin with an unfinished one', 'one\ntw', ['one', 'tw']],
    ['forget what \\r overwrote', '10%\r50%\r100%\n', ['100%']],
    ['keep what a shorter text after \\r left', 'abcdef\rxy\n', ['xycdef']],
    ['take \\r\\n as one line end', 'one\r\ntwo\r\n', ['one', 'two']],
    ['erase to the end of the line', 'abcdef\rxy\x1b[K\n', ['xy']],
    ['erase the whole line', 'abcdef\x1b[2K\rxy\n', ['xy']],
    ['move within the line', 'abcdef\x1b[3DX\x1b[1CY\n', ['abcXeY']],
    ['go to a column', 'abc\x1b[2GX\n', ['aXc']],
    ['widen tabs', 'a\tb\n', ['a       b']],
    ['are painted again after a move up', 'a: 0%\nb: 0%\n\x1b[2A\ra: 9%\n\x1b[1B\rend\n', ['a: 9%', 'b: 0%', 'end']],
    ['stay where they are when the move leads above the first', 'x\n\x1b[9Ay\n', ['y']],
    ['hold no operating system commands', 'a\x1b]0;title\x07b\x1b]52;c;YQ==\x1b\\c\n', ['abc']],
    ['keep the text of a link', '\x1b]8;;javascript:alert(1)\x07text\x1b]8;;\x07\n', ['text']],
    ['lose no text to an unfinished command', '\x1b]0;title\nnext\n', ['', 'next']],
    ['show marks that turn text around', 'a\u202eb\n', ['a\ufffdb']],
    ['show tags as text', '<img onerror=1>\n', ['<img onerror=1>']],
    ['read umlauts', 'grün ☂ 🚢\n', ['grün ☂ 🚢']],
    ['leave out a runner’s timestamps', '2024-01-01T00:00:00.123456Z 00O hello\n', ['hello']],
  ]
  test.each(table)('%s', (_, log, rows) => {
    expect(rowsOf(log)).toEqual(rows)
    expect(rowsOf(log, 1)).toEqual(rows)
  })

  test('know their timestamp', () => {
    const bytes = encoder.encode('2024-01-01T00:00:00.123456Z 01E hello\n')
    const index = indexOf(bytes, 100)
    expect(paintPieces(index.pieces(0), (start, end) => bytes.subarray(start, end)).timestamp).toBe(
      '2024-01-01T00:00:00.123456Z',
    )
  })

  test('carry the colour of the row before', () => {
    const bytes = encoder.encode('a \x1b[1;31mred\nstill\x1b[0m plain \x1b[38;5;200mpink \x1b[48;2;1;2;3mon\n')
    const index = indexOf(bytes, 7)
    const second = paintPieces(index.pieces(1), (start, end) => bytes.subarray(start, end))
    expect(second.segments.map(({ text, style }) => [text, style.foreground, style.background, style.bold])).toEqual([
      ['still', 1, null, true],
      [' plain ', null, null, false],
      ['pink ', 200, null, false],
      ['on', 200, '#010203', false],
    ])
  })

  test('are told to have changed from the first one that was painted on', () => {
    const index = createLineIndex()
    expect(index.write(encoder.encode('a\nb\nc\n'))).toBe(0)
    expect(index.write(encoder.encode('d\n'))).toBe(3)
    expect(index.write(encoder.encode('\x1b[3Ax\n'))).toBe(1)
  })

  test('break a line that never ends', () => {
    const rows = rowsOf('x'.repeat(maximumRowBytes * 2 + 5))
    expect(rows.map(row => row.length)).toEqual([maximumRowBytes, maximumRowBytes, 5])
  })

  test('keep one row for a line that is redrawn without end', () => {
    const log = Array.from({ length: 20_000 }, (_, turn) => `\rstep ${turn}`).join('')
    expect(rowsOf(log)).toEqual(['step 19999'])
    expect(rowsOf(log, 777)).toEqual(['step 19999'])
  })

  test('hold a million changes of colour, and of what changes nothing no trace', () => {
    const bytes = encoder.encode('\x1b[31ma\x1b[32mb'.repeat(500_000))
    const index = indexOf(bytes, 65_536)
    expect(index.rowCount()).toBe(Math.ceil(bytes.length / maximumRowBytes))
    for (const row of [0, 100, index.rowCount() - 1]) {
      const { segments } = paintPieces(index.pieces(row), (start, end) => bytes.subarray(start, end))
      expect(segments.length).toBeLessThanOrEqual(maximumRowBytes / 6 + 1)
    }
    const idle = encoder.encode(`${'\x1b[31m\x1b[32m'.repeat(1000)}x`)
    const painted = paintPieces(indexOf(idle, 777).pieces(0), (start, end) => idle.subarray(start, end))
    expect(painted.segments).toMatchObject([{ text: 'x', style: { foreground: 2 } }])
  })

  test('cannot be made more than the bytes allow by moves down', () => {
    expect(rowsOf(`a\n${'\x1b[200B'.repeat(5000)}\n`).length).toBeLessThanOrEqual(3)
  })

  test('are the same however the log arrives', () => {
    const random = createRandom(4711)
    const parts = [
      'a',
      'bc',
      '\n',
      '\r',
      '\r\n',
      '\x1b[31m',
      '\x1b[0m',
      '\x1b[A',
      '\x1b[2A',
      '\x1b[B',
      '\x1b[K',
      '\x1b[2D',
      'ü',
      '\x1b]0;x\x07',
      '\x1b',
      'section_start:1:s\r\x1b[0K',
      'section_end:2:s\r\x1b[0K',
    ]
    for (let turn = 0; turn < 500; turn += 1) {
      const log = Array.from({ length: random.integer(40) }, () => random.pick(parts)).join('')
      expect(rowsOf(log, 1 + random.integer(9)), JSON.stringify(log)).toEqual(rowsOf(log))
    }
  })
})

describe('the sections of a log', () => {
  const log = [
    'Running with slipway',
    'section_start:100:prepare\r\x1b[0K\x1b[0K\x1b[36;1mPreparing\x1b[0;m',
    'pulling',
    'section_end:103:prepare\r\x1b[0Ksection_start:103:build[collapsed=true,hide_duration=true]\r\x1b[0KBuilding',
    'section_start:104:inner\r\x1b[0KInner',
    'x',
    'section_end:105:inner\r\x1b[0Kmore',
    'section_end:106:build\r\x1b[0KJob succeeded',
    '',
  ].join('\n')

  test('have a title, rows, times and depth', () => {
    const bytes = encoder.encode(log)
    for (const pieceBytes of [1, 1000]) {
      expect(indexOf(bytes, pieceBytes).sections()).toEqual([
        {
          name: 'prepare',
          row: 1,
          lastRow: 2,
          startedAt: 100,
          endedAt: 103,
          isCollapsed: false,
          hidesDuration: false,
          depth: 0,
        },
        {
          name: 'build',
          row: 3,
          lastRow: 6,
          startedAt: 103,
          endedAt: 106,
          isCollapsed: true,
          hidesDuration: true,
          depth: 0,
        },
        {
          name: 'inner',
          row: 4,
          lastRow: 5,
          startedAt: 104,
          endedAt: 105,
          isCollapsed: false,
          hidesDuration: false,
          depth: 1,
        },
      ])
    }
  })

  test('leave no marker in the rows', () => {
    expect(rowsOf(log)).toEqual([
      'Running with slipway',
      'Preparing',
      'pulling',
      'Building',
      'Inner',
      'x',
      'more',
      'Job succeeded',
    ])
  })

  test('begin on a row of their own', () => {
    expect(rowsOf('textsection_start:1:s\r\x1b[0KTitle\n')).toEqual(['text', 'Title'])
  })

  test('are closed by the section around them, and not by an end without a start', () => {
    const bytes = encoder.encode(
      'section_start:1:a\r\x1b[0KA\nsection_start:2:b\r\x1b[0KB\nsection_end:3:c\r\x1b[0Kx\nsection_end:4:a\r\x1b[0K\n',
    )
    const index = indexOf(bytes, 1000)
    expect(index.sections().map(({ name, endedAt, lastRow }) => [name, endedAt, lastRow])).toEqual([
      ['a', 4, 2],
      ['b', 4, 2],
    ])
  })
})
