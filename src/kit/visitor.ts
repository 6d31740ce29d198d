// Where a request comes from when proxies stand in between. What they say is believed only of those that are trusted: from
// the connection on, `X-Forwarded-For` is read backwards until an address is met that is not.
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** May the one at this address, the `hop`-th from here (from 0), say where its request comes from? */
export type ProxyTrust = (address: string, hop: number) => boolean

export type Visitor = {
  readonly address: string
  readonly host: string | undefined
  readonly isSecure: boolean
}

export const trustNobody: ProxyTrust = () => false

/** A number of proxies, or their addresses and networks (`10.0.0.0/8`) with commas between; `loopback` is this machine. Null: neither. */
export function readProxyTrust(text: string): ProxyTrust | null {
  if (/^\d{1,3}$/.test(text)) return (_address, hop) => hop < Number(text)
  const trusted = new BlockList()
  for (const part of text.split(/[\s,]+/).filter(Boolean)) if (!add(trusted, part)) return null
  return address => {
    const plain = plainAddress(address)
    const version = isIP(plain)
    return version !== 0 && trusted.check(plain, version === 4 ? 'ipv4' : 'ipv6')
  }
}

export function visitorOf(request: IncomingMessage, trust: ProxyTrust): Visitor {
  const remote = plainAddress(request.socket.remoteAddress ?? '')
  const { headers } = request
  const direct = { address: remote, host: headers.host, isSecure: 'encrypted' in request.socket }
  if (!trust(remote, 0)) return direct
  const protocol = lastOf(headers['x-forwarded-proto'])
  return {
    address: addressBehind(remote, listOf(headers['x-forwarded-for']), trust),
    host: lastOf(headers['x-forwarded-host']) ?? headers.host,
    isSecure: protocol === undefined ? direct.isSecure : protocol === 'https',
  }
}

function addressBehind(remote: string, forwarded: readonly string[], trust: ProxyTrust): string {
  let address = remote
  for (const [hop, next] of forwarded.toReversed().entries()) {
    if (!trust(address, hop)) break
    address = plainAddress(next)
  }
  return address
}

function add(trusted: BlockList, part: string): boolean {
  if (part === 'loopback') return add(trusted, '127.0.0.0/8') && add(trusted, '::1')
  const [, address = '', length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(part) ?? []
  const version = isIP(address)
  const bits = version === 4 ? 32 : 128
  if (version === 0 || Number(length ?? bits) > bits) return false
  trusted.addSubnet(address, Number(length ?? bits), version === 4 ? 'ipv4' : 'ipv6')
  return true
}

function listOf(header: string | readonly string[] | undefined): readonly string[] {
  return String(header ?? '')
    .split(',')
    .map(each => each.trim())
    .filter(Boolean)
}

function lastOf(header: string | readonly string[] | undefined): string | undefined {
  return listOf(header).at(-1)
}

/** An IPv4 address on a socket for both versions looks like `::ffff:10.0.0.1`. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
