import { expect, test } from 'vitest'
import { parseUpstreams } from '../../../src/registry/cache/upstream-settings.ts'

test('a registry is its address; the one called hub is the mirror of jobs', () => {
  const text = JSON.stringify({
    hub: { url: 'https://registry-1.docker.io/' },
    quay: { url: 'https://quay.io', username: 'me', passwordFile: '/etc/quay', tagLifetime: '6h' },
  })
  const none = { username: null, passwordFile: null }
  expect(parseUpstreams(text)).toEqual({
    kind: 'upstreams',
    upstreams: [
      { ...none, name: 'hub', url: 'https://registry-1.docker.io', tagLifetimeMs: 3_600_000, mirror: 'jobs' },
      {
        name: 'quay',
        url: 'https://quay.io',
        username: 'me',
        passwordFile: '/etc/quay',
        tagLifetimeMs: 6 * 3_600_000,
        mirror: 'none',
      },
    ],
  })
})

test.each([
  [false, 'none'],
  [true, 'jobs'],
  ['https://hub.example.com', new URL('https://hub.example.com')],
])('mirror: %j', (mirror, expected) => {
  const parsed = parseUpstreams(JSON.stringify({ hub: { url: 'https://registry-1.docker.io', mirror } }))
  expect(parsed).toMatchObject({ upstreams: [{ mirror: expected }] })
})

test('all mistakes are told at once, each with its place', () => {
  const text = JSON.stringify({
    Hub: { url: 'ftp://x', tagLifetime: 'soon', password: 'no', mirror: 1 },
    inner: { url: 'https://me:secret@quay.io' },
    flat: 'https://quay.io',
  })
  expect(parseUpstreams(text)).toEqual({
    kind: 'mistakes',
    mistakes: [
      'Hub: expected a name of small letters, digits, and - . _ between them',
      'Hub.password: expected one of url, username, passwordFile, tagLifetime, mirror',
      'Hub.url: expected an http:// or https:// address without path, user and password',
      'Hub.tagLifetime: expected an age such as 1h or 7d',
      'Hub.mirror: expected true, false, or an address that leads to this server',
      'inner.url: expected an http:// or https:// address without path, user and password',
      'flat: expected an object',
      'flat.url: expected an http:// or https:// address without path, user and password',
    ],
  })
  for (const bad of ['', '[]', 'null', '{'])
    expect(parseUpstreams(bad)).toMatchObject({ mistakes: [expect.stringContaining('expected a JSON object')] })
})
