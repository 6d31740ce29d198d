// Manifests and what they hold together: reading them, putting them, deleting them.
import { type Kysely, sql, type Transaction } from 'kysely'
import type { ManifestMediaType } from '../../registry/media-types.ts'
import type { ImageStore, NewManifest, RepositoryPlace, StoredManifest } from '../../registry/ports.ts'
import type { Digest } from '../../registry/reference.ts'
import type { Database } from '../database.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { Tables } from '../tables.ts'
import { recordEvent } from './event-outbox.ts'
import { putManifest } from './manifest-put.ts'

type ManifestRecords = Pick<
  ImageStore,
  'manifestByTag' | 'manifestByDigest' | 'putManifest' | 'renewManifest' | 'markPulled' | 'deleteManifest' | 'referrers'
>

export function createManifestRecords(database: Database, write: GroupCommit): ManifestRecords {
  return {
    async manifestByTag(place, tag) {
      const row = await selectManifest(database, place)
        .innerJoin('registry_tag as tag', 'tag.manifest_id', 'manifest.id')
        .whereRef('tag.repository_id', '=', 'repository.id')
        .where('tag.name', '=', tag)
        .executeTakeFirst()
      return row === undefined ? null : toManifest(row)
    },

    async manifestByDigest(place, digest) {
      const row = await selectManifest(database, place).where('manifest.digest', '=', digest).executeTakeFirst()
      return row === undefined ? null : toManifest(row)
    },

    putManifest: (manifest: NewManifest) => write(transaction => putManifest(transaction, manifest)),

    renewManifest: (manifestId, reviewAfter) =>
      write(async transaction => {
        await transaction
          .updateTable('registry_manifest')
          .set({ review_after: reviewAfter })
          .where('id', '=', manifestId)
          .where('review_after', 'is not', null)
          .execute()
      }),

    markPulled: (manifestIds, at) =>
      write(async transaction => {
        const listed = sql`SELECT value FROM json_each(${JSON.stringify(manifestIds)})`
        await sql`UPDATE registry_manifest SET last_pulled_at = ${at} WHERE id IN (${listed})`.execute(transaction)
      }),

    deleteManifest: (place, digest, deletion) =>
      write(async transaction => {
        const row = await selectManifest(transaction, place).where('manifest.digest', '=', digest).executeTakeFirst()
        if (row === undefined) return { kind: 'unknown' }
        const parent = await transaction
          .selectFrom('registry_manifest_child as link')
          .innerJoin('registry_manifest as parent', 'parent.id', 'link.parent_id')
          .select('parent.digest')
          .where('link.child_id', '=', row.id)
          .limit(1)
          .executeTakeFirst()
        if (parent !== undefined) return { kind: 'needed', by: parent.digest }
        const tags = await transaction
          .deleteFrom('registry_tag')
          .where('manifest_id', '=', row.id)
          .returning('name')
          .execute()
        await removeManifest(transaction, row.id, deletion.reviewAfter)
        await recordEvent(transaction, {
          action: 'delete',
          repositoryId: row.repository_id,
          tag: null,
          digest,
          mediaType: row.media_type,
          sizeBytes: row.payload.byteLength,
          username: deletion.username,
          at: deletion.now,
        })
        return { kind: 'deleted', tags: tags.map(tag => tag.name) }
      }),

    async referrers({ place, subject, artifactType, after, limit }) {
      let query = database
        .selectFrom('registry_manifest as manifest')
        .innerJoin('registry_repository as repository', 'repository.id', 'manifest.repository_id')
        .select([
          'manifest.digest',
          'manifest.media_type',
          'manifest.size_bytes',
          'manifest.artifact_type',
          'manifest.annotations',
        ])
        .where('repository.project_id', '=', place.projectId)
        .where('repository.suffix', '=', place.suffix)
        .where('manifest.subject_digest', '=', subject)
        .where('manifest.digest', '>', after)
      if (artifactType !== null) query = query.where('manifest.artifact_type', '=', artifactType)
      const rows = await query
        .orderBy('manifest.digest')
        .limit(limit + 1)
        .execute()
      const referrers = rows.slice(0, limit).map(row => ({
        mediaType: row.media_type,
        digest: row.digest as Digest,
        sizeBytes: row.size_bytes,
        artifactType: row.artifact_type,
        annotations: JSON.parse(row.annotations ?? '{}') as Readonly<Record<string, string>>,
      }))
      return { referrers, hasMore: rows.length > limit }
    },
  }
}

/**
 * Removes a manifest that no tag holds. What only it needed comes up for review: its blobs, its children, and
 * what refers to it.
 */
export async function removeManifest(
  transaction: Transaction<Tables>,
  manifestId: number,
  reviewAfter: string,
): Promise<void> {
  await sql`UPDATE registry_repository_blob SET review_after = ${reviewAfter}
    WHERE repository_id = (SELECT repository_id FROM registry_manifest WHERE id = ${manifestId})
    AND blob_id IN (SELECT blob_id FROM registry_manifest_blob WHERE manifest_id = ${manifestId})`.execute(transaction)
  await sql`UPDATE registry_manifest SET review_after = ${reviewAfter}
    WHERE id IN (SELECT child_id FROM registry_manifest_child WHERE parent_id = ${manifestId})`.execute(transaction)
  await sql`UPDATE registry_manifest AS referrer SET review_after = ${reviewAfter}
    FROM registry_manifest AS subject
    WHERE subject.id = ${manifestId} AND referrer.repository_id = subject.repository_id
    AND referrer.subject_digest = subject.digest`.execute(transaction)
  await transaction.deleteFrom('registry_manifest_blob').where('manifest_id', '=', manifestId).execute()
  await transaction
    .deleteFrom('registry_manifest_child')
    .where(({ or, eb }) => or([eb('parent_id', '=', manifestId), eb('child_id', '=', manifestId)]))
    .execute()
  await transaction.deleteFrom('registry_manifest').where('id', '=', manifestId).execute()
}

function selectManifest(database: Kysely<Tables>, place: RepositoryPlace) {
  return database
    .selectFrom('registry_repository as repository')
    .innerJoin('registry_manifest as manifest', 'manifest.repository_id', 'repository.id')
    .select([
      'manifest.id',
      'manifest.repository_id',
      'manifest.digest',
      'manifest.media_type',
      'manifest.payload',
      'manifest.review_after',
    ])
    .where('repository.project_id', '=', place.projectId)
    .where('repository.suffix', '=', place.suffix)
}

type ManifestRow = {
  readonly id: number
  readonly digest: string
  readonly media_type: string
  readonly payload: Uint8Array
  readonly review_after: string | null
}

function toManifest(row: ManifestRow): StoredManifest {
  return {
    id: row.id,
    digest: row.digest as Digest,
    mediaType: row.media_type as ManifestMediaType,
    payload: row.payload,
    reviewAfter: row.review_after,
  }
}
