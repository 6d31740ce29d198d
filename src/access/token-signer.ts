// Signs what the server says about a job to others (`id_tokens`), with a key whose public half it serves.
import { randomUUID } from 'node:crypto'
import { chmod, link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8, type JWK, SignJWT } from 'jose'

export const signingAlgorithm = 'RS256'

export type TokenSigner = {
  /** Adds `jti` and the key's id. */
  readonly sign: (claims: Readonly<Record<string, unknown>>) => Promise<string>
  /** The public keys, as served. */
  readonly keys: readonly JWK[]
}

/** @param pem PKCS #8 */
export async function createTokenSigner(pem: string): Promise<TokenSigner> {
  const key = await importPKCS8(pem, signingAlgorithm, { extractable: true })
  const { kty, n, e } = await exportJWK(key)
  const bare: JWK = { ...(kty !== undefined && { kty }), ...(n !== undefined && { n }), ...(e !== undefined && { e }) }
  const kid = await calculateJwkThumbprint(bare)
  return {
    sign: claims =>
      new SignJWT({ ...claims, jti: randomUUID() })
        .setProtectedHeader({ alg: signingAlgorithm, typ: 'JWT', kid })
        .sign(key),
    keys: [{ ...bare, kid, use: 'sig', alg: signingAlgorithm }],
  }
}

/** Reads `<folder>/id-tokens.pem`, made at the first start. Two processes that start at once get the same one. */
export async function readSigningKey(folder: string): Promise<string> {
  const file = join(folder, 'id-tokens.pem')
  const known = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return null
  })
  if (known !== null) return known
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true })
  const fresh = `${file}.${process.pid}`
  await writeFile(fresh, await exportPKCS8(privateKey), { mode: 0o600, flush: true })
  await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(fresh, { force: true })
  await chmod(file, 0o600)
  return await readFile(file, 'utf8')
}
