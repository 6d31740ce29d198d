// Tags: listed in bytewise order, deleted one at a time without touching others on the same digest.
import type { ImageStore } from '../../registry/ports.ts'
import type { Digest } from '../../registry/reference.ts'
import type { Database } from '../database.ts'
import type { GroupCommit } from '../group-commit.ts'
import { recordEvent } from './event-outbox.ts'
import { findRepository } from './repository-records.ts'

type TagRecords = Pick<ImageStore, 'tags' | 'tagsOf' | 'deleteTag'>

export function createTagRecords(database: Database, write: GroupCommit): TagRecords {
  return {
    async tags(place, last, limit) {
      const repository = await findRepository(database, place)
      if (repository === null) return null
      const rows = await database
        .selectFrom('registry_tag')
        .select('name')
        .where('repository_id', '=', repository.id)
        .where('name', '>', last)
        .orderBy('name')
        .limit(limit + 1)
        .execute()
      return { tags: rows.slice(0, limit).map(row => row.name), hasMore: rows.length > limit }
    },

    async tagsOf(place, digest) {
      const rows = await database
        .selectFrom('registry_repository as repository')
        .innerJoin('registry_manifest as manifest', 'manifest.repository_id', 'repository.id')
        .innerJoin('registry_tag as tag', 'tag.manifest_id', 'manifest.id')
        .select('tag.name')
        .where('repository.project_id', '=', place.projectId)
        .where('repository.suffix', '=', place.suffix)
        .where('manifest.digest', '=', digest)
        .orderBy('tag.name')
        .execute()
      return rows.map(row => row.name)
    },

    deleteTag: (place, tag, deletion) =>
      write(async transaction => {
        const repository = await findRepository(transaction, place)
        if (repository === null) return null
        const deleted = await transaction
          .deleteFrom('registry_tag')
          .where('repository_id', '=', repository.id)
          .where('name', '=', tag)
          .returning('manifest_id')
          .executeTakeFirst()
        if (deleted === undefined) return null
        const manifest = await transaction
          .updateTable('registry_manifest')
          .set({ review_after: deletion.reviewAfter })
          .where('id', '=', deleted.manifest_id)
          .returning(['digest', 'media_type', 'size_bytes'])
          .executeTakeFirstOrThrow()
        await recordEvent(transaction, {
          action: 'delete',
          repositoryId: repository.id,
          tag,
          digest: manifest.digest,
          mediaType: manifest.media_type,
          sizeBytes: manifest.size_bytes,
          username: deletion.username,
          at: deletion.now,
        })
        return { digest: manifest.digest as Digest }
      }),
  }
}
