import { describe, expect, test } from 'vitest'
import { createCap } from '../../../src/logs/cap.ts'
import { createRandom } from '../../support/random.ts'

function cap(log: string, pieceBytes: () => number): string {
  const capped = createCap({ headBytes: 10, tailBytes: 6 })
  const bytes = Buffer.from(log)
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = pieceBytes()
    parts.push(capped.write(bytes.subarray(at, at + length)))
    at += length
  }
  return Buffer.concat([...parts, capped.flush()]).toString()
}

describe('a capped log', () => {
  test.each(['', 'short', '0123456789', '0123456789abcdef'])('is whole while it fits: %s', log => {
    expect(cap(log, () => 3)).toBe(log)
  })

  test('has its head, one line that tells the gap, and its tail', () => {
    expect(cap('0123456789-abcdefghij', () => 4)).toBe(
      '0123456789\n\x1b[0;33;1mThe log is longer than 10 bytes: from here on only its end is kept (5 bytes left out)\x1b[0m\nefghij',
    )
  })

  test('tells the gap as soon as it opens', () => {
    const capped = createCap({ headBytes: 2, tailBytes: 2 })
    expect(Buffer.from(capped.write(Buffer.from('abcd'))).toString()).toBe('ab')
    expect(Buffer.from(capped.write(Buffer.from('e'))).toString()).toContain('The log is longer than 2 bytes')
    expect(Buffer.from(capped.write(Buffer.from('f'))).toString()).toBe('')
  })

  test('is the same however it arrives', () => {
    const random = createRandom(5)
    const log = Array.from({ length: 500 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('')
    const whole = cap(log, () => log.length)
    for (let turn = 0; turn < 200; turn += 1) expect(cap(log, () => 1 + random.integer(20))).toBe(whole)
  })

  test('goes on from its state as if it had never stopped', () => {
    const log = Buffer.from('0123456789-abcdefghijklm')
    const sizes = { headBytes: 10, tailBytes: 6 }
    for (let at = 0; at <= log.length; at += 1) {
      const first = createCap(sizes)
      const shown = Buffer.from(first.write(log.subarray(0, at)))
      const second = createCap(sizes, first.state())
      const rest = [second.write(log.subarray(at)), second.flush()]
      expect(Buffer.concat([shown, ...rest]).toString()).toBe(cap(log.toString(), () => 4))
    }
  })
})
