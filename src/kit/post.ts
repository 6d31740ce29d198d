// One POST to an address that a user named: bounded in time and answer, no redirect followed. Unless `mayReachInner`, the
// name is resolved first, and the connection goes to the very address that was checked.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Address, addressesOf, isInner } from './inner-address.ts'

export type Post = (request: {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}) => Promise<{ readonly status: number }>

const withinMs = 10_000

/** @param options `resolve`: the addresses of a host; asked once, and the answer is what is connected to */
export function createPost(options: { readonly mayReachInner: boolean; readonly resolve?: typeof addressesOf }): Post {
  const { mayReachInner, resolve = addressesOf } = options
  return async ({ url, headers, body, signal }) => {
    const target = new URL(url)
    const addresses = await resolve(target.hostname)
    const [address] = addresses
    if (address === undefined) throw new Error(`${target.hostname} has no address`)
    if (!mayReachInner && addresses.some(isInner)) throw new Error(`${target.hostname} is not a public address`)
    return send(target, address, headers, body, AbortSignal.any([signal, AbortSignal.timeout(withinMs)]))
  }
}

function send(
  url: URL,
  address: Address,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<{ readonly status: number }> {
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = start(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal,
      lookup: (_name, options, done) =>
        options.all === true ? done(null, [{ ...address }]) : done(null, address.address, address.family),
    })
    request.on('error', reject)
    request.on('response', response => {
      resolve({ status: response.statusCode ?? 0 })
      response.destroy()
    })
    request.end(body)
  })
}
