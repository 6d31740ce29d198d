// Which addresses are not of the public internet: loopback, private, link-local, the cloud's metadata. What users name as a
// target must not reach them, or the server could be used to look into its own network.
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

export type Address = { readonly address: string; readonly family: number }

// Two lists: in one, the block of IPv4 within IPv6 would be all of IPv4.
const inner4 = new BlockList()
const inner6 = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  inner4.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  // Ways to IPv4 addresses by way of IPv6 ones: NAT64, 6to4, Teredo.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  inner6.addSubnet(network, bits, 'ipv6')

export function isInner({ address, family }: Address): boolean {
  return family === 6 ? inner6.check(address, 'ipv6') : inner4.check(address, 'ipv4')
}

/** All addresses of a host as URLs have it; to be checked, and then connected to as they are. */
export async function addressesOf(host: string): Promise<readonly Address[]> {
  const hostname = host.replace(/^\[|\]$/g, '')
  return isIP(hostname) === 0 ? lookup(hostname, { all: true }) : [{ address: hostname, family: isIP(hostname) }]
}
