// Deleting images, from the protocol and from the API alike: the rules first, then the records, then everybody who listens.
// Bytes come back later, by the collector.
import { RegistryError } from './errors.ts'
import type { Changed, Limits } from './limits.ts'
import type { ImageRecords } from './management/ports.ts'
import type { Deletion, ImageStore, RegistryEvent, RepositoryPlace, StoredManifest } from './ports.ts'
import { usernameOf } from './pusher.ts'
import type { Digest } from './reference.ts'
import { type Grace, reviewTime } from './review.ts'

export type RemovalTarget = Changed & { readonly place: RepositoryPlace }

export type Removal = {
  /** The tag only: others on the same digest stay. @throws RegistryError MANIFEST_UNKNOWN, DENIED */
  readonly tag: (target: RemovalTarget, tag: string) => Promise<void>
  /** With every tag on it. @throws RegistryError MANIFEST_UNKNOWN, DENIED, UNSUPPORTED when an index needs it */
  readonly manifest: (target: RemovalTarget, digest: Digest) => Promise<void>
  /** All that is in it. @throws RegistryError DENIED */
  readonly repository: (target: RemovalTarget, repositoryId: number) => Promise<void>
}

export function createRemoval(deps: {
  readonly store: ImageStore & Pick<ImageRecords, 'allTags' | 'dropRepository'>
  readonly limits: Limits
  readonly grace: Grace
  readonly clock: () => number
  readonly onEvent: (event: RegistryEvent) => Promise<void>
}): Removal {
  const { store, limits, grace, clock, onEvent } = deps

  function deletionBy(target: RemovalTarget, graceMs: number): Deletion {
    const now = new Date(clock()).toISOString()
    return { username: usernameOf(target.actor), now, reviewAfter: reviewTime(clock(), graceMs) }
  }

  async function tell(target: RemovalTarget, tag: string | null, manifest: StoredManifest): Promise<void> {
    await onEvent({
      action: 'delete',
      projectId: target.place.projectId,
      repository: target.name,
      tag,
      digest: manifest.digest,
      mediaType: manifest.mediaType,
      sizeBytes: manifest.payload.byteLength,
      actor: target.actor,
      at: new Date(clock()).toISOString(),
    })
  }

  return {
    async tag(target, tag) {
      await limits.demandRepository(target, 'delete')
      await limits.demandTags(target, [tag], 'delete')
      const manifest = await store.manifestByTag(target.place, tag)
      const deleted = await store.deleteTag(target.place, tag, deletionBy(target, grace.untaggedMs))
      if (manifest === null || deleted === null) throw unknownManifest(tag)
      await tell(target, tag, manifest)
    },

    async manifest(target, digest) {
      await limits.demandRepository(target, 'delete')
      await limits.demandTags(target, await store.tagsOf(target.place, digest), 'delete')
      const manifest = await store.manifestByDigest(target.place, digest)
      const outcome = await store.deleteManifest(target.place, digest, deletionBy(target, grace.blobMs))
      if (manifest === null || outcome.kind === 'unknown') throw unknownManifest(digest)
      if (outcome.kind === 'needed') {
        throw new RegistryError('UNSUPPORTED', `an index needs this manifest: delete ${outcome.by} first`)
      }
      await tell(target, null, manifest)
    },

    async repository(target, repositoryId) {
      await limits.demandRepository(target, 'delete')
      const tags = (await store.allTags(repositoryId)).map(tag => tag.name)
      await limits.demandTags(target, tags, 'delete')
      await store.dropRepository(repositoryId, deletionBy(target, grace.blobMs))
    },
  }
}

export function unknownManifest(reference: string): RegistryError {
  return new RegistryError('MANIFEST_UNKNOWN', undefined, { detail: { reference: reference.slice(0, 300) } })
}
