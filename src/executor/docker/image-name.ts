// The parts of an image's name, as docker reads them: the first part is a host only if it looks like one.

export type ImageName = {
  /** `docker.io` when the name has no host. */
  readonly host: string
  /** Without host, tag and digest; `library/…` for the hub's own. */
  readonly path: string
  readonly tag: string | null
  readonly digest: string | null
}

export function parseImageName(text: string): ImageName {
  const [beforeDigest = '', digest = null] = text.split('@', 2)
  const slash = beforeDigest.indexOf('/')
  const first = slash < 0 ? '' : beforeDigest.slice(0, slash)
  const hasHost = /[.:]/.test(first) || first === 'localhost'
  const rest = hasHost ? beforeDigest.slice(slash + 1) : beforeDigest
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1)
  const path = colon < 0 ? rest : rest.slice(0, colon)
  const tag = colon < 0 ? null : rest.slice(colon + 1)
  if (hasHost && first !== 'docker.io') return { host: first, path, tag, digest }
  return { host: 'docker.io', path: path.includes('/') ? path : `library/${path}`, tag, digest }
}

/** The short form that people write: without the hub's host and `library/`. */
export function familiarName(name: ImageName): string {
  const path = name.host === 'docker.io' ? name.path.replace(/^library\//, '') : `${name.host}/${name.path}`
  return `${path}${name.digest === null ? `:${name.tag ?? 'latest'}` : `@${name.digest}`}`
}

/** What an engine is asked to pull: never all tags at once. */
export function pullReference(name: ImageName): { readonly repository: string; readonly tag: string } {
  const path = name.host === 'docker.io' ? name.path.replace(/^library\//, '') : `${name.host}/${name.path}`
  return { repository: path, tag: name.digest ?? name.tag ?? 'latest' }
}

/** Host names under which a service of this image is found: GitLab's two spellings. */
export function serviceHostNames(name: ImageName): readonly string[] {
  const path = name.host === 'docker.io' ? name.path.replace(/^library\//, '') : name.path
  return [...new Set([path.replaceAll('/', '__'), path.replaceAll('/', '-')])]
}
