// Texts from other servers, for `include: remote`. Only addresses of the public internet are reached: the name is resolved
// first, every address it stands for must be public, and the connection goes to the very address that was checked.
import { lookup } from 'node:dns/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP } from 'node:net'
import { messageOf } from '../../kit/errors.ts'
import type { RemoteText } from '../../pipeline/ports.ts'

const mostBytes = 1024 * 1024
const withinMs = 10_000

const inner = new BlockList()
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
  inner.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inner.addSubnet(network, bits, 'ipv6')

/** No redirect is followed. A refusal or fault is told as a `failure`, in one sentence. */
export async function fetchPublicText(url: string): Promise<RemoteText> {
  const target = URL.canParse(url) ? new URL(url) : null
  if (target === null || !/^https?:$/.test(target.protocol))
    return { failure: 'expected an http:// or https:// address' }
  try {
    const hostname = target.hostname.replace(/^\[|\]$/g, '')
    const addresses =
      isIP(hostname) === 0 ? await lookup(hostname, { all: true }) : [{ address: hostname, family: isIP(hostname) }]
    if (addresses.length === 0 || addresses.some(isInner)) return { failure: `${hostname} is not a public address` }
    return await read(target, addresses[0] as (typeof addresses)[0])
  } catch (error) {
    return { failure: messageOf(error) }
  }
}

function isInner({ address, family }: { readonly address: string; readonly family: number }): boolean {
  return inner.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

function read(url: URL, address: { readonly address: string; readonly family: number }): Promise<RemoteText> {
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = start(url, {
      signal: AbortSignal.timeout(withinMs),
      lookup: (_name, options, done) =>
        options.all === true ? done(null, [address]) : done(null, address.address, address.family),
    })
    request.on('error', reject)
    request.on('response', response => {
      if (response.statusCode !== 200) {
        response.destroy()
        resolve({ failure: `the server answered ${response.statusCode}` })
        return
      }
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes <= mostBytes) return
        response.destroy()
        resolve({ failure: `it is larger than ${mostBytes / 1024} KiB` })
      })
      response.on('error', reject)
      response.on('end', () => resolve({ text: Buffer.concat(chunks).toString('utf8') }))
    })
    request.end()
  })
}
