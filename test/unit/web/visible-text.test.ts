import { describe, expect, it } from 'vitest'
import { visibleText } from '../../../src/web/visible-text.ts'

describe('a text with marks that turn the direction of writing', () => {
  it('shows them as replacement characters', () => {
    expect(visibleText('photo\u202Egnp.exe')).toBe('photo\ufffdgnp.exe')
    expect(visibleText('\u2066a\u2069\u200f')).toBe('\ufffda\ufffd\ufffd')
  })

  it('leaves the letters of every script as they are', () => {
    const plain = 'שלום عربى 中文 e\u0301 👩‍👩‍👧 – “quoted”'
    expect(visibleText(plain)).toBe(plain)
  })
})
