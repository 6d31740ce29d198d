// Random, prefixed tokens. Only the SHA-256 of one is ever stored: they are long and random, so a plain hash is enough.
import { createHash, randomBytes } from 'node:crypto'

export type MintedToken = { readonly token: string; readonly hash: string }

/** @param prefix tells what the token is for: `glpat-`, `gldt-`, `glcbt-`, `glrt-`, `slpl-`, `glptt-`, `slps-` */
export function mintToken(prefix: string): MintedToken {
  const token = prefix + randomBytes(24).toString('base64url')
  return { token, hash: hashToken(token) }
}

/** SHA-256 in hex, as stored. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
