import { describe, expect, it } from 'vitest'
import { linkHints } from '../../../src/server/web-hints.ts'

/** The addresses that the browser is told to fetch ahead. */
function hinted(path: string): readonly string[] {
  return linkHints(path)
    .split(', ')
    .map(hint => /^<\/api\/v4\/([^>]*)>; rel=preload; as=fetch; crossorigin$/.exec(hint)?.[1] ?? hint)
}

describe('what the browser is told to fetch ahead', () => {
  it.each([
    ['/', ['slipway/overview']],
    ['/shop/backend/-/pipelines/7', ['projects/shop%2Fbackend', 'slipway/projects/shop%2Fbackend/pipelines/7']],
    ['/shop/backend/-/pipelines/7/why', ['projects/shop%2Fbackend', 'slipway/projects/shop%2Fbackend/pipelines/7']],
    ['/shop/backend/-/jobs/12', ['projects/shop%2Fbackend/jobs/12', 'projects/shop%2Fbackend']],
    ['/shop/backend/-/branches', ['projects/shop%2Fbackend']],
    ['/shop%2Fbackend/-/branches', ['projects/shop%2Fbackend']],
    ['/sign-in', []],
    ['/-/projects', []],
    ['/shop/%E0%A4%A/-/branches', []],
  ])('%s', (path, needs) => {
    expect(hinted(path)).toEqual(['slipway/session', ...needs])
  })

  it('no path can end a hint and begin one of its own', () => {
    const hints = linkHints('/a>; rel=preload, <https://evil.example.com>%3E,%0d%0ax: y/-/branches')
    expect(hints).not.toMatch(/evil\.example\.com>|[\r\n]/)
    expect(hints.split(', ')).toHaveLength(2)
  })
})
