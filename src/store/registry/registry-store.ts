// All records of the registry in SQL, as its ports ask for them.
import type { CacheRecords } from '../../registry/cache/ports.ts'
import type {
  EventRecords,
  FollowRecords,
  ImageRecords,
  PolicyRecords,
  RuleRecords,
} from '../../registry/management/ports.ts'
import type { ImageStore, ReviewStore } from '../../registry/ports.ts'
import type { Database } from '../database.ts'
import { createGroupCommit } from '../group-commit.ts'
import { createBlobRecords } from './blob-records.ts'
import { createCacheRecords } from './cache-records.ts'
import { createEventRecords } from './event-records.ts'
import { createFollowRecords } from './follow-records.ts'
import { createImageRecords } from './image-records.ts'
import { createManifestRecords } from './manifest-records.ts'
import { createPolicyRecords } from './policy-records.ts'
import { createProjectRecords } from './project-records.ts'
import { createRepositoryRecords } from './repository-records.ts'
import { createReviewRecords } from './review-records.ts'
import { createRuleRecords } from './rule-records.ts'
import { createTagRecords } from './tag-records.ts'
import { createUsageRecords } from './usage-records.ts'

export type RegistryStore = ImageStore &
  ReviewStore &
  ImageRecords &
  RuleRecords &
  PolicyRecords &
  FollowRecords &
  EventRecords &
  CacheRecords

export function createRegistryStore(database: Database): RegistryStore {
  const write = createGroupCommit(database)
  return {
    ...createRepositoryRecords(database, write),
    ...createBlobRecords(database, write),
    ...createManifestRecords(database, write),
    ...createTagRecords(database, write),
    ...createReviewRecords(database, write),
    ...createImageRecords(database, write),
    ...createUsageRecords(database),
    ...createRuleRecords(database),
    ...createPolicyRecords(database),
    ...createProjectRecords(database, write),
    ...createFollowRecords(database),
    ...createEventRecords(database, write),
    ...createCacheRecords(database, write),
  }
}
