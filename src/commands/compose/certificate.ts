// The server's certificate and who vouches for it. A certificate that no public authority has signed is of use only where
// its authority is known, so that one is handed to runners, and by them to jobs.
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { ServerConfig } from '../../config.ts'
import { AppError, messageOf } from '../../kit/errors.ts'

export type ServerCertificate = {
  /** Null: plain HTTP. */
  readonly keyPair: { readonly cert: Buffer; readonly key: Buffer } | null
  /** Null: one that everybody knows. */
  readonly authority: { readonly file: string; readonly pem: string } | null
  /** Whether the certificate is for this name or address. */
  readonly names: (host: string) => boolean
}

/** @throws AppError `usage` */
export async function readCertificate({
  tls,
  caFile,
}: Pick<ServerConfig, 'tls' | 'caFile'>): Promise<ServerCertificate> {
  const given =
    caFile === undefined ? null : { file: caFile, pem: certificatesOf(await read('--tls-ca', caFile)).join('\n') }
  if (given?.pem === '') throw unusable('--tls-ca', given.file, 'there is no certificate in it')
  if (tls === undefined) return { keyPair: null, authority: given, names: () => false }
  const cert = await read('--tls-cert', tls.certFile)
  const key = await read('--tls-key', tls.keyFile)
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw new AppError(
      'usage',
      `${tls.certFile} and ${tls.keyFile} are no certificate with its key: ${messageOf(cause)}`,
      { cause },
    )
  }
  const chain = certificatesOf(cert).map(pem => new X509Certificate(pem))
  const ownRoot = chain.filter(isSelfSigned).map(String).join('')
  return {
    keyPair: { cert, key },
    authority: given ?? (ownRoot === '' ? null : { file: tls.certFile, pem: ownRoot }),
    names: host => (isIP(host) ? chain[0]?.checkIP(host) : chain[0]?.checkHost(host)) !== undefined,
  }
}

async function read(option: string, file: string): Promise<Buffer> {
  return readFile(file).catch(cause => {
    throw unusable(option, file, messageOf(cause))
  })
}

function unusable(option: string, file: string, why: string): AppError {
  return new AppError('usage', `${option}: ${file} cannot be used: ${why}`)
}

function certificatesOf(bytes: Buffer): readonly string[] {
  return bytes.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? []
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey)
}
