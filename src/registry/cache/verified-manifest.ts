// A manifest from elsewhere is what its digest says, or it is nothing. Pure.
import { createHash } from 'node:crypto'
import { RegistryError } from '../errors.ts'
import type { ManifestMediaType } from '../media-types.ts'
import { algorithmOf, hexOf, isDigest } from '../reference.ts'
import type { CachedManifest } from './ports.ts'

/** @param reference a digest that it must have, or a tag */
export function verifiedManifest(reference: string, mediaType: ManifestMediaType, payload: Buffer): CachedManifest {
  const wanted = isDigest(reference) ? reference : null
  const algorithm = wanted === null ? 'sha256' : algorithmOf(wanted)
  const hex = createHash(algorithm).update(payload).digest('hex')
  if (wanted !== null && hexOf(wanted) !== hex)
    throw new RegistryError('DIGEST_INVALID', 'the upstream registry sent another manifest than was asked for')
  return { digest: `${algorithm}:${hex}`, mediaType, payload }
}
