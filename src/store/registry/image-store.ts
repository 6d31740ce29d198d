// The registry's port on its records, in SQL.
import type { ImageStore } from '../../registry/ports.ts'
import type { Database } from '../database.ts'
import { createBlobRecords } from './blob-records.ts'
import { createGroupCommit } from './group-commit.ts'
import { createManifestRecords } from './manifest-records.ts'
import { createRepositoryRecords } from './repository-records.ts'
import { createTagRecords } from './tag-records.ts'

export function createImageStore(database: Database): ImageStore {
  const write = createGroupCommit(database)
  return {
    ...createRepositoryRecords(database, write),
    ...createBlobRecords(database, write),
    ...createManifestRecords(database, write),
    ...createTagRecords(database, write),
  }
}
