// Certificates of an authority of one's own, believed beside the system's: by everything in this process that speaks TLS.
import { readFileSync } from 'node:fs'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { AppError, messageOf } from './errors.ts'

/** PEM, one certificate or several. @throws AppError `usage` */
export function readAuthority(file: string): string {
  try {
    const text = readFileSync(file, 'utf8')
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text
    throw new Error('expected certificates in PEM (-----BEGIN CERTIFICATE-----)')
  } catch (cause) {
    throw new AppError('usage', `${file}: ${messageOf(cause)}`, { cause })
  }
}

export function trustAuthority(pem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), pem])
}

const untrusted = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]

/** Why `fetch` failed, with the mend where it is a matter of trust. */
export function reasonOfConnection(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const { code } = cause as { readonly code?: string }
  if (code === undefined || !untrusted.includes(code)) return messageOf(cause)
  return `${messageOf(cause)}: nobody known here has signed its certificate; name who did with --ca-file or SLIPWAY_CA_FILE`
}
