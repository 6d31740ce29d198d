// Names, tags and digests of the OCI distribution specification 1.1. Lengths are checked before any pattern runs.

const nameComponent = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const namePattern = new RegExp(`^${nameComponent}(?:/${nameComponent})*$`)
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/
const maxNameLength = 255
const maxTagLength = 128

/** Digest algorithms that are served, with the length of their hexadecimal form. */
export const digestAlgorithms = { sha256: 64, sha512: 128 } as const
export type DigestAlgorithm = keyof typeof digestAlgorithms

/** `algorithm:hex`, checked by `isDigest`. */
export type Digest = `${DigestAlgorithm}:${string}`
export type Reference =
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'digest'; readonly digest: Digest }

export function isRepositoryName(name: string): boolean {
  return name.length <= maxNameLength && namePattern.test(name)
}

export function isTag(tag: string): boolean {
  return tag.length <= maxTagLength && tagPattern.test(tag)
}

export function isDigestAlgorithm(text: string): text is DigestAlgorithm {
  return Object.hasOwn(digestAlgorithms, text)
}

export function isDigest(text: string): text is Digest {
  const colon = text.indexOf(':')
  const algorithm = text.slice(0, colon)
  const hex = text.slice(colon + 1)
  return isDigestAlgorithm(algorithm) && hex.length === digestAlgorithms[algorithm] && /^[0-9a-f]+$/.test(hex)
}

export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256'
}

export function hexOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1)
}

/** What stands for a manifest in a path: with a colon a digest, else a tag. Null: neither. */
export function parseReference(text: string): Reference | null {
  if (text.includes(':')) return isDigest(text) ? { kind: 'digest', digest: text } : null
  return isTag(text) ? { kind: 'tag', tag: text } : null
}

/** The tag under which clients without the referrers API keep a subject's list (specification, "Referrers Tag Schema"). */
export function referrersTag(subject: Digest): string {
  return `${algorithmOf(subject)}-${hexOf(subject).slice(0, 64)}`
}
