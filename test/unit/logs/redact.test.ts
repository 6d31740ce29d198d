import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../../src/logs/redact.ts'
import { checkRandomSplits } from '../../support/redact-property.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

function redact(secrets: readonly string[], ...chunks: readonly string[]): string {
  const redactor = createRedactor({ secrets })
  return [...chunks.map(chunk => redactor.write(encoder.encode(chunk))), redactor.flush()]
    .map(bytes => decoder.decode(bytes))
    .join('')
}

describe('a redactor', () => {
  const table: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
    ['covers a secret', ['hunter22'], ['my hunter22!'], 'my [MASKED]!'],
    ['covers a secret cut between chunks', ['hunter22'], ['my hun', 'ter', '22!'], 'my [MASKED]!'],
    ['gives out a beginning that turned out to be none', ['hunter22'], ['hunt', 'ing'], 'hunting'],
    ['gives out an unfinished beginning at the end', ['hunter22'], ['hunter2'], 'hunter2'],
    [
      'restarts inside a self-overlapping secret',
      ['glpxt-glpxt-secret99'],
      ['x=glpxt-glpxt-', 'glpxt-secret99'],
      'x=glpxt-[MASKED]',
    ],
    ['takes the longest of several', ['token', 'token-long'], ['a token-long b token c'], 'a [MASKED] b [MASKED] c'],
    ['covers overlapping secrets as one', ['abcdef', 'defghi'], ['<abcdefghi>'], '<[MASKED]>'],
    ['covers a secret that holds another', ['bcde', 'abcdefgh'], ['abcdefgh abcdefg'], '[MASKED] a[MASKED]fg'],
    ['covers each line of a secret of several lines', ['first line\nsecond line'], ['> second line'], '> [MASKED]'],
    ['leaves values under four bytes alone', ['abc'], ['abc'], 'abc'],
    ['covers tokens by their prefix', [], ['use glpat-a1B2_c3.d4-e5, please'], 'use glpat-[MASKED], please'],
    ['covers a token by its prefix across chunks', [], ['use glp', 'at-a1', 'B2 now'], 'use glpat-[MASKED] now'],
    [
      'covers sensitive parameters of URLs',
      [],
      ['GET /x?a=1&X-Amz-Signature=deadbeef%2f&b=2 and /y?private_token=glpat-a$b'],
      'GET /x?a=1&X-Amz-Signature=[MASKED]&b=2 and /y?private_token=[MASKED]',
    ],
  ]
  test.each(table)('%s', (_, secrets, chunks, expected) => {
    expect(redact(secrets, ...chunks)).toBe(expected)
    expect(redact(secrets, ...chunks.join('').split(''))).toBe(expected)
  })

  const secret = 'p&ss "wörd"/1+\'x\'?~'
  const encoded: readonly (readonly [string, string])[] = [
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64 behind one byte', Buffer.from(`u${secret}`).toString('base64')],
    ['base64 behind two bytes', Buffer.from(`u:${secret}z`).toString('base64')],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['hex', Buffer.from(secret).toString('hex')],
    ['upper-case hex', Buffer.from(secret).toString('hex').toUpperCase()],
    ['a URL component', encodeURIComponent(secret)],
    ['a form field', new URLSearchParams({ v: secret }).toString().slice(2)],
    ['JSON', JSON.stringify(secret)],
    ['JSON inside JSON', JSON.stringify(JSON.stringify(secret))],
    ['HTML', secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
    ['a single-quoted shell word', `'${secret.replaceAll("'", "'\\''")}'`],
  ]
  test.each(encoded)('covers a secret as %s', (_, text) => {
    const masked = redact([secret], `<${text}>`)
    expect(masked).toContain('[MASKED]')
    // base64 shares its outermost characters with its neighbours; no more than three of them may stay.
    expect(masked.replace('[MASKED]', '').replace(/[<>'"\\]/g, '').length).toBeLessThanOrEqual(6)
  })

  test('holds nothing back when no secret can have begun', () => {
    const redactor = createRedactor({ secrets: ['hunter22'] })
    expect(decoder.decode(redactor.write(encoder.encode('Continue?')))).toBe('Continue?')
    expect(decoder.decode(redactor.write(encoder.encode(' glpat-')))).toBe(' glpat-')
    expect(decoder.decode(redactor.write(encoder.encode('x hunt')))).toBe('[MASKED] ')
  })

  test('goes on from its state as if it had never stopped', () => {
    const secrets = ['hunter22', 'er22-glpat-x']
    const log = encoder.encode('a hunter22-glpat-xyz hunter2 ?private_token=hunter22&b glpat-hunt')
    const whole = createRedactor({ secrets })
    const expected = decoder.decode(Buffer.concat([whole.write(log), whole.flush()]))
    for (let stop = 0; stop <= log.length; stop += 1) {
      const first = createRedactor({ secrets })
      const before = first.write(log.subarray(0, stop))
      const state = JSON.parse(JSON.stringify(first.state()))
      expect(state.written).toBe(before.length)
      const second = createRedactor({ secrets, state })
      const after = [...log.subarray(state.readFrom)].map(byte => second.write(Uint8Array.of(byte)))
      expect(decoder.decode(Buffer.concat([before, ...after, second.flush()]))).toBe(expected)
    }
  })

  test('keeps its state while it still reads again what it knew', () => {
    const secrets = ['aaaaaaaa']
    const first = createRedactor({ secrets })
    const before = first.write(encoder.encode('xaaaac'.slice(0, 5)))
    const state = first.state()
    const second = createRedactor({ secrets, state })
    second.write(encoder.encode('aa'))
    expect(second.state()).toEqual(state)
    const third = createRedactor({ secrets, state: second.state() })
    const after = [third.write(encoder.encode('xaaaac--'.slice(state.readFrom))), third.flush()]
    expect(decoder.decode(Buffer.concat([before, ...after]))).toBe('xaaaac--')
  })

  test('gives one output however the input is cut, equal to a search over the whole', { timeout: 60_000 }, () => {
    checkRandomSplits({ splits: 10_000, seed: 20_261 })
  })
})
