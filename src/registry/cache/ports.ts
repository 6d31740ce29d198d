// What a cache of other registries keeps, beside its blobs, which lie among all others.
import type { ManifestMediaType } from '../media-types.ts'
import type { Digest } from '../reference.ts'

/** Another registry whose images are kept here. */
export type Upstream = {
  /** In names: `dependency_proxy/<name>/library/alpine`. */
  readonly name: string
  /** `https://registry-1.docker.io` */
  readonly url: string
  readonly username: string | null
  readonly password: string | null
  /** For so long a tag is believed without asking. */
  readonly tagLifetimeMs: number
  /** Under this name of this server it is served as itself, to anybody who asks; null: nowhere. */
  readonly mirrorName: string | null
}

export type CachedManifest = {
  readonly digest: Digest
  readonly mediaType: ManifestMediaType
  readonly payload: Uint8Array
}
export type CachedTag = CachedManifest & {
  /** When the upstream last said that the tag stands here. */
  readonly checkedAt: string
}

export type CacheRecords = {
  /** @param image `<upstream>/<name>` */
  readonly cachedTag: (image: string, tag: string) => Promise<CachedTag | null>
  readonly cachedManifest: (image: string, digest: Digest) => Promise<CachedManifest | null>
  readonly keepManifest: (image: string, manifest: CachedManifest, tag: string | null, now: string) => Promise<void>
  readonly tagChecked: (image: string, tag: string, now: string) => Promise<void>
  /** Forgets what nobody asked for since `before`. */
  readonly forgetManifests: (before: string) => Promise<number>
}
