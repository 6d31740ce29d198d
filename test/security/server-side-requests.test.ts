// S6: addresses that users name, for webhooks and remote includes, lead to the public internet only: whatever spelling or name
// of an inner address is refused before anything is sent, a name counts once, and no answer leads on.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fetchPublicText } from '../../src/commands/compose/public-text.ts'
import { isInner } from '../../src/kit/inner-address.ts'
import { createPost } from '../../src/kit/post.ts'

let server: Server
let port: number
let requests: IncomingMessage[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request)
    if (request.url === '/flood') {
      response.on('error', () => {}) // hung up on
      while (response.write('x'.repeat(65_536)));
      return
    }
    response.writeHead(302, { location: `http://127.0.0.1:${port}/inner` }).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  requests = []
})

const call = { headers: {}, body: '{}', signal: new AbortController().signal }

describe.each([
  'localhost',
  '127.0.0.1',
  '0x7f.1',
  '0177.0.0.1',
  '2130706433',
  '127.1',
  '0',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '169.254.169.254',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '100.64.0.1',
])('the host %s', host => {
  test('is reached by no webhook and no include', async () => {
    const url = `http://${host}:${port}/`
    await expect(createPost({ mayReachInner: false })({ url, ...call })).rejects.toThrow('is not a public address')
    expect(await fetchPublicText(url)).toEqual({ failure: expect.stringContaining('is not a public address') })
    expect(requests).toEqual([])
  })
})

test('public addresses are none of them', () => {
  for (const address of ['93.184.216.34', '172.32.0.1', '100.128.0.1', '11.0.0.1'])
    expect(isInner({ address, family: 4 }), address).toBe(false)
  expect(isInner({ address: '2606:4700::1111', family: 6 })).toBe(false)
})

test('a host that has one inner address among others is refused', async () => {
  const resolve = async () => [
    { address: '93.184.216.34', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ]
  const post = createPost({ mayReachInner: false, resolve })
  await expect(post({ url: 'http://mixed.example.com', ...call })).rejects.toThrow('is not a public address')
})

test('a name is looked up once: what was checked is what is connected to', async () => {
  let asked = 0
  const resolve = async () => {
    asked += 1
    return [{ address: '127.0.0.1', family: 4 }]
  }
  const post = createPost({ mayReachInner: true, resolve })
  await post({ url: `http://no-such-name.invalid:${port}/`, ...call })
  expect([asked, requests.map(({ headers }) => headers.host)]).toEqual([1, [`no-such-name.invalid:${port}`]])
})

test('a redirect is an answer, and nobody goes there; nor is an endless answer read', async () => {
  const post = createPost({ mayReachInner: true })
  expect(await post({ url: `http://127.0.0.1:${port}/`, ...call })).toEqual({ status: 302 })
  expect(await post({ url: `http://127.0.0.1:${port}/flood`, ...call })).toEqual({ status: 200 })
  expect(requests.map(({ url }) => url)).toEqual(['/', '/flood'])
})

test.each(['file:///etc/passwd', 'ftp://example.com/x', 'gopher://x', 'no address'])('%s is no address', async url => {
  expect(await fetchPublicText(url)).toEqual({ failure: 'expected an http:// or https:// address' })
})
