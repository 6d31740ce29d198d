// Repositories: made at the first upload, found by project and suffix.
import type { Kysely } from 'kysely'
import type { ImageStore, Repository, RepositoryPlace } from '../../registry/ports.ts'
import type { Database } from '../database.ts'
import type { GroupCommit } from '../group-commit.ts'
import type { Tables } from '../tables.ts'

type RepositoryRecords = Pick<ImageStore, 'repository' | 'ensureRepository' | 'repositories'>

export function createRepositoryRecords(database: Database, write: GroupCommit): RepositoryRecords {
  return {
    repository: place => findRepository(database, place),

    async ensureRepository(place, now) {
      const known = await findRepository(database, place)
      if (known !== null) return known
      return write(async transaction => {
        await transaction
          .insertInto('registry_repository')
          .values({ project_id: place.projectId, suffix: place.suffix, created_at: now })
          .onConflict(conflict => conflict.doNothing())
          .execute()
        const made = await findRepository(transaction, place)
        if (made === null)
          throw new Error(`repository ${place.projectId}/${place.suffix} is not there after its insert`)
        return made
      })
    },

    async repositories(afterId, limit) {
      const rows = await database
        .selectFrom('registry_repository as repository')
        .select(['id', 'project_id', 'suffix'])
        .where('id', '>', afterId)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('registry_manifest')
              .select('registry_manifest.id')
              .whereRef('repository_id', '=', 'repository.id'),
          ),
        )
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(row => ({ id: row.id, projectId: row.project_id, suffix: row.suffix }))
    },
  }
}

export async function findRepository(database: Kysely<Tables>, place: RepositoryPlace): Promise<Repository | null> {
  const row = await database
    .selectFrom('registry_repository')
    .select('id')
    .where('project_id', '=', place.projectId)
    .where('suffix', '=', place.suffix)
    .executeTakeFirst()
  return row === undefined ? null : { ...place, id: row.id }
}
