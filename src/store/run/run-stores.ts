import type { Vault } from '../../access/vault.ts'
import type { CommitStatusStore } from '../../run/commit-status-ports.ts'
import type { CoordinatorDeps } from '../../run/coordinator.ts'
import type { TriggerStore } from '../../run/store-ports.ts'
import type { Database } from '../database.ts'
import { createGroupCommit } from '../group-commit.ts'
import { createCommitStatusStore } from './commit-status-store.ts'
import { createEnvironmentStore } from './environment-store.ts'
import { createJobFactStore } from './job-fact-store.ts'
import { createLeaseStore } from './lease-store.ts'
import { createMergeRequestStore } from './merge-request-store.ts'
import { createPendingJobs } from './pending-jobs.ts'
import { createProtectedEnvironmentStore } from './protected-environment-store.ts'
import { createReleaseStore } from './release-store.ts'
import { createResourceGroupStore } from './resource-group-store.ts'
import { createRunStore } from './run-store.ts'
import { createRunnerStore } from './runner-store.ts'
import { createScheduleStore } from './schedule-store.ts'
import { createScheduledJobs } from './scheduled-jobs.ts'
import { createServedRefs } from './served-ref-store.ts'
import { createTriggerStore } from './trigger-store.ts'

export type RunStores = Pick<
  CoordinatorDeps,
  | 'store'
  | 'pending'
  | 'scheduled'
  | 'leaseStore'
  | 'runners'
  | 'schedules'
  | 'environments'
  | 'resourceGroups'
  | 'servedRefs'
  | 'jobFacts'
  | 'releases'
  | 'mergeRequests'
  | 'protectedEnvironments'
> & { readonly triggers: TriggerStore; readonly commitStatuses: CommitStatusStore }

/** All stores of run state over one database. */
export function createRunStores(deps: { readonly database: Database; readonly vault: Vault }): RunStores {
  const { database, vault } = deps
  return {
    store: createRunStore({ database, vault, commit: createGroupCommit(database) }),
    pending: createPendingJobs(database),
    scheduled: createScheduledJobs(database),
    leaseStore: createLeaseStore(database),
    runners: createRunnerStore(database),
    schedules: createScheduleStore({ database, vault }),
    environments: createEnvironmentStore(database),
    resourceGroups: createResourceGroupStore(database),
    servedRefs: createServedRefs(database),
    jobFacts: createJobFactStore({ database, vault }),
    releases: createReleaseStore(database),
    mergeRequests: createMergeRequestStore(database),
    protectedEnvironments: createProtectedEnvironmentStore(database),
    triggers: createTriggerStore(database),
    commitStatuses: createCommitStatusStore(database),
  }
}
