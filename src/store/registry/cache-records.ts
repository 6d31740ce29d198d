// Manifests of other registries that are kept here, and where their tags stood when last asked.
import { type Kysely, sql } from 'kysely'
import type { CachedManifest, CacheRecords } from '../../registry/cache/ports.ts'
import type { ManifestMediaType } from '../../registry/media-types.ts'
import type { Digest } from '../../registry/reference.ts'
import type { Database } from '../database.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { Tables } from '../tables.ts'

export function createCacheRecords(database: Database, write: GroupCommit): CacheRecords {
  return {
    async cachedTag(image, tag) {
      const row = await selectCached(database, image)
        .innerJoin('registry_cached_tag as tag', join =>
          join.onRef('tag.image', '=', 'manifest.image').onRef('tag.digest', '=', 'manifest.digest'),
        )
        .select('tag.checked_at')
        .where('tag.name', '=', tag)
        .executeTakeFirst()
      return row === undefined ? null : { ...toManifest(row), checkedAt: row.checked_at }
    },

    async cachedManifest(image, digest) {
      const row = await selectCached(database, image).where('manifest.digest', '=', digest).executeTakeFirst()
      return row === undefined ? null : toManifest(row)
    },

    keepManifest: (image, manifest, tag, now) =>
      write(async transaction => {
        await transaction
          .insertInto('registry_cached_manifest')
          .values({
            image,
            digest: manifest.digest,
            media_type: manifest.mediaType,
            payload: manifest.payload,
            used_at: now,
          })
          .onConflict(conflict => conflict.columns(['image', 'digest']).doUpdateSet({ used_at: now }))
          .execute()
        if (tag === null) return
        await transaction
          .insertInto('registry_cached_tag')
          .values({ image, name: tag, digest: manifest.digest, checked_at: now })
          .onConflict(conflict =>
            conflict.columns(['image', 'name']).doUpdateSet({ digest: manifest.digest, checked_at: now }),
          )
          .execute()
      }),

    tagChecked: (image, tag, now) =>
      write(async transaction => {
        await sql`UPDATE registry_cached_tag SET checked_at = ${now} WHERE image = ${image} AND name = ${tag}`.execute(
          transaction,
        )
        await sql`UPDATE registry_cached_manifest SET used_at = ${now} WHERE image = ${image} AND digest =
          (SELECT digest FROM registry_cached_tag WHERE image = ${image} AND name = ${tag})`.execute(transaction)
      }),

    forgetManifests: before =>
      write(async transaction => {
        const gone = await transaction
          .deleteFrom('registry_cached_manifest')
          .where('used_at', '<', before)
          .executeTakeFirst()
        await sql`DELETE FROM registry_cached_tag WHERE NOT EXISTS (SELECT 1 FROM registry_cached_manifest AS manifest
          WHERE manifest.image = registry_cached_tag.image AND manifest.digest = registry_cached_tag.digest)`.execute(
          transaction,
        )
        return Number(gone.numDeletedRows)
      }),
  }
}

function selectCached(database: Kysely<Tables>, image: string) {
  return database
    .selectFrom('registry_cached_manifest as manifest')
    .select(['manifest.digest', 'manifest.media_type', 'manifest.payload'])
    .where('manifest.image', '=', image)
}

function toManifest(row: {
  readonly digest: string
  readonly media_type: string
  readonly payload: Uint8Array
}): CachedManifest {
  return { digest: row.digest as Digest, mediaType: row.media_type as ManifestMediaType, payload: row.payload }
}
