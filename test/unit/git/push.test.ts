import { describe, expect, it } from 'vitest'
import {
  createLineReader,
  encodeBand,
  encodeBytes,
  encodeLine,
  flush,
  type PktLine,
  readLine,
} from '../../../src/git/pkt-line.ts'
import {
  isRefName,
  noCommit,
  parsePushHead,
  refNameOf,
  refsChanged,
  refusePush,
  remoteLines,
} from '../../../src/git/push.ts'
import { createRandom } from '../../support/random.ts'

const sha = 'a'.repeat(40)
const capabilities = ' report-status side-band-64k push-options object-format=sha1 agent=git/2.39'

function head(...commands: string[]): Buffer {
  const [first = '', ...others] = commands
  return Buffer.concat([encodeLine(`${first}\0${capabilities}`), ...others.map(encodeLine), flush])
}

describe('the head of a push', () => {
  const bytes = Buffer.concat([
    head(`${noCommit} ${sha} refs/heads/main`, `${sha} ${noCommit} refs/tags/v1`),
    encodeLine('ci.skip'),
    encodeLine('ci.variable=A=b c'),
    flush,
    Buffer.from('PACK…'),
  ])

  it('tells commands, capabilities, options and where the pack starts', () => {
    const parsed = parsePushHead(bytes)
    expect(parsed).toMatchObject({
      commands: [
        { before: noCommit, after: sha, ref: 'refs/heads/main' },
        { before: sha, after: noCommit, ref: 'refs/tags/v1' },
      ],
      pushOptions: ['ci.skip', 'ci.variable=A=b c'],
      sizeBytes: bytes.indexOf('PACK'),
    })
  })

  it('is incomplete at every byte before its end', () => {
    for (let size = 0; size < bytes.indexOf('PACK'); size++) {
      expect(parsePushHead(bytes.subarray(0, size))).toBe('incomplete')
    }
  })

  it('of a probe has no commands', () => {
    expect(parsePushHead(flush)).toMatchObject({ commands: [], sizeBytes: 4 })
  })

  it('may begin with shallow lines', () => {
    const parsed = parsePushHead(
      Buffer.concat([encodeLine(`shallow ${sha}`), head(`${noCommit} ${sha} refs/heads/x`), flush]),
    )
    expect(parsed).toMatchObject({ commands: [{ ref: 'refs/heads/x' }] })
  })

  it.each([
    ['xxxx', 'a pkt-line'],
    ['0009hello0000', 'every command'],
    ['0003', 'a pkt-line'],
    [`${'0001'}`, 'a command or a flush'],
  ])('%j is malformed: expected %s', (text, expected) => {
    expect(parsePushHead(Buffer.from(text))).toEqual({ malformed: expect.stringContaining(expected) })
  })

  it('survives any bytes in bounded time', () => {
    const random = createRandom(42)
    for (let round = 0; round < 500; round++) {
      const noise = Buffer.from(bytes)
      for (let change = 0; change < 5; change++) noise[random.integer(noise.length)] = random.integer(256)
      expect(() => parsePushHead(noise)).not.toThrow()
    }
  })
})

describe('names of refs', () => {
  it.each(['main', 'feature/x', 'a.b', '@x', 'ünï', 'v1.0-rc.1'])('%s is one', name =>
    expect(isRefName(name)).toBe(true),
  )
  it.each([
    '',
    '@',
    '-x',
    'a..b',
    '.a',
    'a/.b',
    'a.lock',
    'a/b.lock/c',
    'a b',
    'a~b',
    'a^b',
    'a:b',
    'a?b',
    'a*b',
    'a[b',
    'a\\b',
    'a@{b',
    '/a',
    'a/',
    'a//b',
    'a.',
    'a\0b',
    'a\x7fb',
  ])('%j is none', name => expect(isRefName(name)).toBe(false))
  it('are told from other refs', () => {
    expect(refNameOf('refs/heads/feature/x')).toEqual({ kind: 'branch', name: 'feature/x' })
    expect(refNameOf('refs/tags/v1')).toEqual({ kind: 'tag', name: 'v1' })
    expect(refNameOf('refs/pipelines/1')).toBeNull()
    expect(refNameOf('HEAD')).toBeNull()
    expect(refNameOf('refs/heads/../x')).toBeNull()
  })
})

describe('the answer to a push', () => {
  it('that is refused names every ref with its reason, after the messages', () => {
    const parsed = parsePushHead(
      Buffer.concat([head(`${noCommit} ${sha} refs/heads/a`, `${noCommit} ${sha} refs/heads/b`), flush]),
    )
    if (parsed === 'incomplete' || 'malformed' in parsed) throw new Error('the push should be read')
    const answer = refusePush(parsed, new Map([['refs/heads/a', 'is\nprotected']]), ['two\nlines'])
    const lines = createLineReader()(answer)
    const bands = lines.map(line =>
      line.kind === 'data' ? [line.bytes[0], line.bytes.subarray(1).toString()] : line.kind,
    )
    expect(bands).toEqual([
      [2, 'two lines\n'],
      [
        1,
        '000eunpack ok\n0021ng refs/heads/a is protected\n0036ng refs/heads/b refused together with another ref\n0000',
      ],
      'flush',
    ])
  })

  it('of git tells which refs have changed', () => {
    const line = (text: string): PktLine => ({ kind: 'data', bytes: Buffer.from(`${text}\n`) })
    const report = [
      line('unpack ok'),
      line('ok refs/heads/a'),
      line('ng refs/heads/b non-fast-forward'),
      line('option x'),
      { kind: 'flush' } as const,
    ]
    expect([...refsChanged(report)]).toEqual(['refs/heads/a'])
  })

  it('carries what people read on band 2, each line in a packet', () => {
    expect(remoteLines(['one', 'two']).toString('latin1')).toBe('0009\x02one\n0009\x02two\n')
  })
})

describe('pkt-lines', () => {
  it('come back whole however they are cut', () => {
    const texts = ['', 'a', 'x'.repeat(65_515)]
    const wire = Buffer.concat([...texts.map(text => encodeBytes(Buffer.from(text))), flush])
    const random = createRandom(7)
    for (let round = 0; round < 20; round++) {
      const read = createLineReader()
      const lines: PktLine[] = []
      for (let from = 0; from < wire.length; ) {
        const size = round === 0 ? 1 : 1 + random.integer(30_000)
        lines.push(...read(wire.subarray(from, from + size)))
        from += size
        if (round === 0 && from > 50) break
      }
      if (round > 0)
        expect(lines.map(line => (line.kind === 'data' ? line.bytes.toString() : line.kind))).toEqual([
          ...texts,
          'flush',
        ])
    }
  })

  it('on a band are cut to what a packet can hold', () => {
    const packets = createLineReader()(encodeBand(1, Buffer.alloc(150_000, 'x')))
    expect(packets.map(line => (line.kind === 'data' ? line.bytes.length : 0))).toEqual([
      65_516,
      65_516,
      150_000 - 2 * 65_515 + 1,
    ])
  })

  it('that lie about their length are malformed', () => {
    expect(readLine(Buffer.from('fff1'), 0)).toBe('malformed')
    expect(readLine(Buffer.from('-001'), 0)).toBe('malformed')
    expect(() => createLineReader()(Buffer.from('zzzz'))).toThrow('expected a pkt-line')
  })
})
