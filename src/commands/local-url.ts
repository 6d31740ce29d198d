// How this machine itself reaches the server that it runs.
import type { Address, ServerConfig } from '../config.ts'
import type { ServerCertificate } from './compose/certificate.ts'

/** Straight to the listening address, if the certificate (where there is one) is for it; else as everybody does. */
export function localUrl(
  { url }: Pick<ServerConfig, 'url'>,
  [address]: readonly Address[],
  { keyPair, names }: ServerCertificate,
): string {
  if (address === undefined) return url
  const host = address.host === '0.0.0.0' ? '127.0.0.1' : address.host === '::' ? '::1' : address.host
  const at = (name: string) => `${name.includes(':') ? `[${name}]` : name}:${address.port}`
  if (keyPair === null) return `http://${at(host)}`
  const candidates = /^127\.|^::1$/.test(host) ? [host, 'localhost'] : [host]
  const named = candidates.find(names)
  return named === undefined ? url : `https://${at(named)}`
}
