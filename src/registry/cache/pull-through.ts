// Images of other registries, fetched when first asked for and kept. A tag is believed for a while, then checked with a HEAD,
// which costs nothing of most registries' limits; when the upstream does not answer, what is kept is served.
import { createKeyedLock } from '../../kit/keyed-lock.ts'
import { RegistryError } from '../errors.ts'
import { type Digest, parseReference } from '../reference.ts'
import type { CachedManifest, CacheRecords, Upstream } from './ports.ts'
import { createUpstreamClient, type UpstreamBlob, type UpstreamClient } from './upstream-client.ts'

export type CachedImage = { readonly upstream: string; readonly image: string }

export type PullThrough = {
  readonly manifest: (cached: CachedImage, reference: string) => Promise<CachedManifest>
  /** Null: it is not there either. */
  readonly blob: (cached: CachedImage, digest: Digest) => Promise<UpstreamBlob | null>
  /** One fetch of a blob at a time; who comes later waits, and finds it kept. */
  readonly inTurn: <T>(digest: Digest, work: () => Promise<T>) => Promise<T>
  /** The image under its full name there; null: there is no such upstream. */
  readonly find: (cached: CachedImage) => CachedImage | null
  /** The headers in which an upstream last told its limits. */
  readonly limits: (upstream: string) => Readonly<Record<string, string>>
}

export function createPullThrough(deps: {
  readonly upstreams: readonly Upstream[]
  readonly records: CacheRecords
  readonly clock: () => number
  readonly signal: AbortSignal
}): PullThrough {
  const { records, clock, signal } = deps
  const sides = new Map(
    deps.upstreams.map(upstream => [upstream.name, { upstream, client: createUpstreamClient(upstream, clock) }]),
  )
  const oneAtATime = createKeyedLock()
  const now = () => new Date(clock()).toISOString()
  const keyOf = ({ upstream, image }: CachedImage) => `${upstream}/${image}`

  function sideOf({ upstream }: CachedImage): { readonly upstream: Upstream; readonly client: UpstreamClient } {
    const side = sides.get(upstream)
    if (side === undefined) throw new RegistryError('NAME_UNKNOWN', `there is no upstream registry '${upstream}'`)
    return side
  }

  async function byDigest(cached: CachedImage, digest: Digest): Promise<CachedManifest> {
    const known = await records.cachedManifest(keyOf(cached), digest)
    return known ?? fetchManifest(cached, digest, null)
  }

  async function byTag(cached: CachedImage, tag: string): Promise<CachedManifest> {
    const { upstream, client } = sideOf(cached)
    const known = await records.cachedTag(keyOf(cached), tag)
    if (known !== null && clock() - Date.parse(known.checkedAt) < upstream.tagLifetimeMs) return known
    if (known === null) return fetchManifest(cached, tag, tag)
    try {
      if ((await client.head(cached.image, tag, signal)) !== known.digest) return await fetchManifest(cached, tag, tag)
      await records.tagChecked(keyOf(cached), tag, now())
      return known
    } catch (error) {
      // The upstream has trouble, or enough of us: an image that may be old is better than none.
      if (isTrouble(error)) return known
      throw error
    }
  }

  async function fetchManifest(cached: CachedImage, reference: string, tag: string | null): Promise<CachedManifest> {
    const manifest = await sideOf(cached).client.manifest(cached.image, reference, signal)
    if (manifest === null) throw new RegistryError('MANIFEST_UNKNOWN')
    await records.keepManifest(keyOf(cached), manifest, tag, now())
    return manifest
  }

  return {
    find(cached) {
      const side = sides.get(cached.upstream)
      if (side === undefined) return null
      const isShort = isDockerHub(side.upstream) && !cached.image.includes('/')
      return isShort ? { ...cached, image: `library/${cached.image}` } : cached
    },
    limits: upstream => sides.get(upstream)?.client.limits() ?? {},

    manifest(cached, text) {
      const reference = parseReference(text)
      if (reference === null) throw new RegistryError('MANIFEST_UNKNOWN')
      const key = `${keyOf(cached)} ${text}`
      return oneAtATime(key, () =>
        reference.kind === 'tag' ? byTag(cached, reference.tag) : byDigest(cached, reference.digest),
      )
    },

    blob: (cached, digest) => sideOf(cached).client.blob(cached.image, digest, signal),
    inTurn: (digest, work) => oneAtATime(digest, work),
  }
}

/** Where `alpine` is short for `library/alpine`. */
function isDockerHub({ name, url }: Upstream): boolean {
  return name === 'hub' || /(^|\.)docker\.io$/.test(new URL(url).hostname)
}

function isTrouble(error: unknown): boolean {
  return error instanceof RegistryError && (error.code === 'UNAVAILABLE' || error.code === 'TOOMANYREQUESTS')
}
