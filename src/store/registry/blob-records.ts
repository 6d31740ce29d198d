// Blobs, and which repository holds them. A blob marked `deleting` is not there for anybody.
import type { Kysely, Transaction } from 'kysely'
import type { HeldBlob, ImageStore, RepositoryPlace } from '../../registry/ports.ts'
import type { Digest } from '../../registry/reference.ts'
import type { Database } from '../database.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { Tables } from '../tables.ts'

type BlobRecords = Pick<ImageStore, 'blob' | 'addBlob' | 'mountBlob' | 'holders' | 'dropBlob' | 'renewBlob'>

export function createBlobRecords(database: Database, write: GroupCommit): BlobRecords {
  return {
    async blob(place, digest) {
      const row = await selectHeld(database, place, digest)
      return row === null ? null : row.held
    },

    addBlob: blob =>
      write(async transaction => {
        const row = await transaction
          .insertInto('registry_blob')
          .values({ digest: blob.digest, size_bytes: blob.sizeBytes, state: 'stored', stored_at: blob.now })
          .onConflict(conflict => conflict.column('digest').doUpdateSet({ state: 'stored' }))
          .returning('id')
          .executeTakeFirstOrThrow()
        await hold(transaction, blob.repositoryId, row.id, blob.now, blob.reviewAfter)
      }),

    mountBlob: mount =>
      write(async transaction => {
        const source = await selectHeld(transaction, mount.from, mount.digest)
        if (source === null) return false
        await hold(transaction, mount.repositoryId, source.blobId, mount.now, mount.reviewAfter)
        return true
      }),

    async holders(digest, limit) {
      const rows = await database
        .selectFrom('registry_blob as blob')
        .innerJoin('registry_repository_blob as held', 'held.blob_id', 'blob.id')
        .innerJoin('registry_repository as repository', 'repository.id', 'held.repository_id')
        .select(['repository.id', 'repository.project_id', 'repository.suffix'])
        .where('blob.digest', '=', digest)
        .where('blob.state', '=', 'stored')
        .limit(limit)
        .execute()
      return rows.map(row => ({ id: row.id, projectId: row.project_id, suffix: row.suffix }))
    },

    dropBlob: (place, digest) =>
      write(async transaction => {
        const row = await selectHeld(transaction, place, digest)
        if (row === null) return 'unknown'
        if (await isNeeded(transaction, row.repositoryId, row.blobId)) return 'needed'
        await letGo(transaction, row.repositoryId, row.blobId)
        return 'dropped'
      }),

    renewBlob: (place, digest, reviewAfter) =>
      write(async transaction => {
        const row = await selectHeld(transaction, place, digest)
        if (row === null || row.held.reviewAfter === null) return
        await transaction
          .updateTable('registry_repository_blob')
          .set({ review_after: reviewAfter })
          .where('repository_id', '=', row.repositoryId)
          .where('blob_id', '=', row.blobId)
          .execute()
      }),
  }
}

/** Does a manifest of this repository need the blob? */
export async function isNeeded(database: Kysely<Tables>, repositoryId: number, blobId: number): Promise<boolean> {
  const row = await database
    .selectFrom('registry_manifest_blob as link')
    .innerJoin('registry_manifest as manifest', 'manifest.id', 'link.manifest_id')
    .select('manifest.id')
    .where('link.blob_id', '=', blobId)
    .where('manifest.repository_id', '=', repositoryId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Ends the repository's hold. Nobody else's either: the blob is marked, and its file may go. True: it was the last. */
export async function letGo(transaction: Transaction<Tables>, repositoryId: number, blobId: number): Promise<boolean> {
  await transaction
    .deleteFrom('registry_repository_blob')
    .where('repository_id', '=', repositoryId)
    .where('blob_id', '=', blobId)
    .execute()
  const result = await transaction
    .updateTable('registry_blob')
    .set({ state: 'deleting' })
    .where('id', '=', blobId)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('registry_repository_blob').select('blob_id').where('blob_id', '=', blobId))),
    )
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

async function hold(
  transaction: Transaction<Tables>,
  repositoryId: number,
  blobId: number,
  now: string,
  reviewAfter: string,
): Promise<void> {
  await transaction
    .insertInto('registry_repository_blob')
    .values({ repository_id: repositoryId, blob_id: blobId, created_at: now, review_after: reviewAfter })
    .onConflict(conflict =>
      conflict
        .columns(['repository_id', 'blob_id'])
        .doUpdateSet({ review_after: reviewAfter })
        // What a manifest needs is not in question, and stays so.
        .where('registry_repository_blob.review_after', 'is not', null),
    )
    .execute()
}

type HeldRow = { readonly repositoryId: number; readonly blobId: number; readonly held: HeldBlob }

async function selectHeld(database: Kysely<Tables>, place: RepositoryPlace, digest: Digest): Promise<HeldRow | null> {
  const row = await database
    .selectFrom('registry_blob as blob')
    .innerJoin('registry_repository_blob as held', 'held.blob_id', 'blob.id')
    .innerJoin('registry_repository as repository', 'repository.id', 'held.repository_id')
    .select(['repository.id as repositoryId', 'blob.id as blobId', 'blob.size_bytes', 'held.review_after'])
    .where('blob.digest', '=', digest)
    .where('blob.state', '=', 'stored')
    .where('repository.project_id', '=', place.projectId)
    .where('repository.suffix', '=', place.suffix)
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    repositoryId: row.repositoryId,
    blobId: row.blobId,
    held: { sizeBytes: row.size_bytes, reviewAfter: row.review_after },
  }
}
