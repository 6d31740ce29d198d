// Who is believed about where a request comes from.
import type { IncomingMessage } from 'node:http'
import { describe, expect, it, test } from 'vitest'
import { readProxyTrust, trustNobody, visitorOf } from '../../../src/kit/visitor.ts'

function request(remoteAddress: string, headers: Readonly<Record<string, string>>): IncomingMessage {
  return { headers: { host: 'inner:8080', ...headers }, socket: { remoteAddress } } as unknown as IncomingMessage
}

const spoofed = {
  'x-forwarded-for': '6.6.6.6, 9.9.9.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'ci.example.com',
}

describe('where a request comes from', () => {
  it('is its connection, whatever it says, when no proxy is trusted', () => {
    const found = visitorOf(request('10.0.0.1', spoofed), trustNobody)
    expect(found).toEqual({ address: '10.0.0.1', host: 'inner:8080', isSecure: false })
  })

  it.each([
    ['10.0.0.1', '10.0.0.1', '9.9.9.9'],
    ['10.0.0.0/8', '::ffff:10.0.0.1', '9.9.9.9'],
    ['10.0.0.0/8,9.9.9.0/24', '10.0.0.1', '6.6.6.6'],
    ['10.0.0.0/8', '11.0.0.1', '11.0.0.1'],
    ['loopback', '127.0.0.1', '9.9.9.9'],
    ['loopback', '::1', '9.9.9.9'],
    ['1', '11.0.0.1', '9.9.9.9'],
    ['2', '11.0.0.1', '6.6.6.6'],
    ['9', '11.0.0.1', '6.6.6.6'],
    ['0', '11.0.0.1', '11.0.0.1'],
    ['fd00::/8', 'fd00::1', '9.9.9.9'],
  ])('with %s trusted, a connection from %s is one from %s', (trusted, remote, expected) => {
    const trust = readProxyTrust(trusted) ?? trustNobody
    expect(visitorOf(request(remote, spoofed), trust).address).toBe(expected)
  })

  it('is the last proxy’s word about name and TLS', () => {
    const trust = readProxyTrust('loopback') ?? trustNobody
    const headers = { ...spoofed, 'x-forwarded-host': 'evil.example.com, ci.example.com' }
    expect(visitorOf(request('127.0.0.1', headers), trust)).toMatchObject({ host: 'ci.example.com', isSecure: true })
    expect(visitorOf(request('127.0.0.1', {}), trust)).toMatchObject({ address: '127.0.0.1', host: 'inner:8080' })
  })
})

test.each(['10.0.0.0/33', 'example.com', '10.0.0', '-1', '1.5', 'fd00::/129', '10.0.0.1/'])(
  '%s names no proxy',
  text => {
    expect(readProxyTrust(text)).toBe(null)
  },
)
