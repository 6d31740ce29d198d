import { describe, expect, it } from 'vitest'
import { plainStyle } from '../../../../src/logs/style.ts'
import { rowParts } from '../../../../src/web/log/row-parts.ts'

const plain = (text: string) => ({ text, style: plainStyle })

describe('a row of a log', () => {
  it('is its text, whatever the cuts', () => {
    const text = 'see https://example.com/a?b=1&c=2). and more'
    const parts = rowParts([plain(text)], [[2, 9]])
    expect(parts.map(part => part.text).join('')).toBe(text)
  })

  it('links addresses of the web, without the punctuation behind them', () => {
    const links = rowParts([plain('(https://example.com/x), javascript://alert(1) http://a.b')], [])
      .map(part => part.href)
      .filter(href => href !== undefined)
    expect(links).toEqual(['https://example.com/x', 'http://a.b'])
  })

  it('has no link where none can stand', () => {
    expect(rowParts([plain('http://a.b/c')], [], false)[0]?.href).toBeUndefined()
  })

  it('marks hits across changes of colour', () => {
    const segments = [plain('ab'), { text: 'cd', style: { ...plainStyle, foreground: 1, bold: true } }]
    expect(rowParts(segments, [[1, 3]])).toMatchObject([
      { text: 'a', isMark: false, classes: '' },
      { text: 'b', isMark: true, classes: '' },
      { text: 'c', isMark: true, classes: 'log-fg-1 log-bold' },
      { text: 'd', isMark: false, classes: 'log-fg-1 log-bold' },
    ])
  })

  it.each([
    [{ foreground: 9 }, { classes: 'log-fg-9', colour: undefined }],
    [{ foreground: 196 }, { classes: '', colour: 'rgb(255 0 0)' }],
    [{ foreground: 244 }, { classes: '', colour: 'rgb(128 128 128)' }],
    [{ background: '#ff780a' }, { background: '#ff780a' }],
    [{ foreground: 'url(x)' }, { colour: undefined }],
    [{ inverse: true }, { classes: 'log-fg-ground log-bg-text' }],
    [{ inverse: true, foreground: 2 }, { classes: 'log-fg-ground log-bg-2' }],
  ])('with the style %j looks like %j', (style, look) => {
    expect(rowParts([{ text: 'x', style: { ...plainStyle, ...style } }], [])[0]).toMatchObject(look)
  })
})
