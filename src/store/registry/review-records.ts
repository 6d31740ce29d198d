// The review queues of the garbage collection: what is due is looked at again, and kept or removed, in one transaction.
import { sql } from 'kysely'
import type { ReviewStore } from '../../registry/ports.ts'
import type { Digest } from '../../registry/reference.ts'
import type { Database } from '../database.ts'
import type { GroupCommit } from '../group-commit.ts'
import { isNeeded, letGo } from './blob-records.ts'
import { removeManifest } from './manifest-records.ts'

export function createReviewRecords(database: Database, write: GroupCommit): ReviewStore {
  return {
    reviewManifests: (now, reviewAfter, limit) =>
      write(async transaction => {
        const due = await sql<{ readonly id: number; readonly held: number }>`SELECT manifest.id,
            EXISTS (SELECT 1 FROM registry_tag WHERE manifest_id = manifest.id)
            OR EXISTS (SELECT 1 FROM registry_manifest_child WHERE child_id = manifest.id)
            OR EXISTS (SELECT 1 FROM registry_manifest AS subject
              WHERE subject.repository_id = manifest.repository_id AND subject.digest = manifest.subject_digest) AS held
          FROM registry_manifest AS manifest WHERE review_after <= ${now} ORDER BY review_after LIMIT ${limit}`.execute(
          transaction,
        )
        for (const { id, held } of due.rows) {
          if (held === 0) await removeManifest(transaction, id, reviewAfter)
          else
            await transaction
              .updateTable('registry_manifest')
              .set({ review_after: null })
              .where('id', '=', id)
              .execute()
        }
        return { looked: due.rows.length, removed: due.rows.filter(row => row.held === 0).length }
      }),

    reviewBlobs: (now, limit) =>
      write(async transaction => {
        const due = await transaction
          .selectFrom('registry_repository_blob')
          .select(['repository_id', 'blob_id'])
          .where('review_after', '<=', now)
          .orderBy('review_after')
          .limit(limit)
          .execute()
        let removed = 0
        for (const { repository_id, blob_id } of due) {
          if (!(await isNeeded(transaction, repository_id, blob_id))) {
            await letGo(transaction, repository_id, blob_id)
            removed++
          } else {
            await transaction
              .updateTable('registry_repository_blob')
              .set({ review_after: null })
              .where('repository_id', '=', repository_id)
              .where('blob_id', '=', blob_id)
              .execute()
          }
        }
        return { looked: due.length, removed }
      }),

    async markedBlobs(limit) {
      const rows = await database
        .selectFrom('registry_blob')
        .select(['digest', 'size_bytes'])
        .where('state', '=', 'deleting')
        .limit(limit)
        .execute()
      return rows.map(toBlob)
    },

    async isMarked(digest) {
      const row = await database
        .selectFrom('registry_blob')
        .select('state')
        .where('digest', '=', digest)
        .executeTakeFirst()
      return row?.state === 'deleting'
    },

    forgetBlob: digest =>
      write(async transaction => {
        await transaction
          .deleteFrom('registry_blob')
          .where('digest', '=', digest)
          .where('state', '=', 'deleting')
          .execute()
      }),

    async recorded(digests) {
      const rows = await sql<{ readonly digest: Digest }>`SELECT digest FROM registry_blob
        WHERE digest IN (SELECT value FROM json_each(${JSON.stringify(digests)}))`.execute(database)
      return new Set(rows.rows.map(row => row.digest))
    },

    async blobsAfter(after, limit) {
      const rows = await database
        .selectFrom('registry_blob')
        .select(['digest', 'size_bytes'])
        .where('digest', '>', after)
        .where('state', '=', 'stored')
        .orderBy('digest')
        .limit(limit)
        .execute()
      return rows.map(toBlob)
    },
  }
}

function toBlob(row: { readonly digest: string; readonly size_bytes: number }): {
  readonly digest: Digest
  readonly sizeBytes: number
} {
  return { digest: row.digest as Digest, sizeBytes: row.size_bytes }
}
