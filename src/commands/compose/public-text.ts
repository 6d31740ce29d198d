// Texts from other servers, for `include: remote`. Only addresses of the public internet are reached: the name is resolved
// first, every address it stands for must be public, and the connection goes to the very address that was checked.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { messageOf } from '../../kit/errors.ts'
import { type Address, addressesOf, isInner } from '../../kit/inner-address.ts'
import type { RemoteText } from '../../pipeline/ports.ts'

const mostBytes = 1024 * 1024
const withinMs = 10_000

/** No redirect is followed. A refusal or fault is told as a `failure`, in one sentence. */
export async function fetchPublicText(url: string): Promise<RemoteText> {
  const target = URL.canParse(url) ? new URL(url) : null
  if (target === null || !/^https?:$/.test(target.protocol))
    return { failure: 'expected an http:// or https:// address' }
  try {
    const addresses = await addressesOf(target.hostname)
    const [address] = addresses
    if (address === undefined || addresses.some(isInner))
      return { failure: `${target.hostname} is not a public address` }
    return await read(target, address)
  } catch (error) {
    return { failure: messageOf(error) }
  }
}

function read(url: URL, address: Address): Promise<RemoteText> {
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = start(url, {
      signal: AbortSignal.timeout(withinMs),
      lookup: (_name, options, done) =>
        options.all === true ? done(null, [{ ...address }]) : done(null, address.address, address.family),
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
