// The registry's port on its records, in SQL.
import type { ImageStore, ReviewStore } from '../../registry/ports.ts'
import type { Database } from '../database.ts'
import { createBlobRecords } from './blob-records.ts'
import { createGroupCommit } from './group-commit.ts'
import { createManifestRecords } from './manifest-records.ts'
import { createRepositoryRecords } from './repository-records.ts'
import { createReviewRecords } from './review-records.ts'
import { createTagRecords } from './tag-records.ts'

export function createImageStore(database: Database): ImageStore & ReviewStore {
  const write = createGroupCommit(database)
  return {
    ...createRepositoryRecords(database, write),
    ...createBlobRecords(database, write),
    ...createManifestRecords(database, write),
    ...createTagRecords(database, write),
    ...createReviewRecords(database, write),
  }
}
