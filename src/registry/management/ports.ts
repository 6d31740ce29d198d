// What looking after images asks of the records, and of the other slices. Writes are one transaction each.
import type { DeliveryRecords } from '../../kit/delivery.ts'
import type { Cadence, CleanupPolicy, CleanupTag } from '../cleanup.ts'
import type { Follow } from '../follow.ts'
import type { Deletion, Repository } from '../ports.ts'
import type { RepositoryRule, TagRule } from '../protection.ts'
import type { Digest } from '../reference.ts'

export type Page = { readonly limit: number; readonly offset: number }
export type Listed<T> = { readonly items: readonly T[]; readonly total: number }

export type RepositorySummary = Repository & {
  readonly createdAt: string
  readonly tagCount: number
  readonly lastPushedAt: string | null
  /** Of the blobs that it holds, each once. */
  readonly usedBytes: number
}

export type TagSummary = {
  readonly name: string
  readonly digest: Digest
  readonly mediaType: string
  readonly configDigest: Digest | null
  /** Config and layers, or what the children add up to. */
  readonly contentBytes: number
  readonly createdAt: string
  readonly pushedAt: string
  readonly pushedBy: string
  readonly pushedByUserId: number | null
  readonly jobId: number | null
  readonly pipelineId: number | null
  readonly commitSha: string | null
  readonly lastPulledAt: string | null
  /** Other tags on the same digest. */
  readonly siblings: readonly string[]
}

export type Usage = {
  /** Of the blobs that the project's repositories hold, each once. */
  readonly usedBytes: number
  /** Of those that no tag keeps: they come back by themselves when their grace is over. */
  readonly reclaimableBytes: number
  readonly repositories: number
  readonly tags: number
}

export type JobPush = {
  readonly projectId: number
  readonly suffix: string
  readonly tag: string
  readonly digest: Digest
  readonly jobId: number
  readonly pushedAt: string
}

export type ImageRecords = {
  /** Of these projects. */
  readonly repositoriesOf: (projectIds: readonly number[], page: Page) => Promise<Listed<RepositorySummary>>
  readonly repositoryById: (id: number) => Promise<RepositorySummary | null>
  readonly tagsIn: (repositoryId: number, query: TagQuery) => Promise<Listed<TagSummary>>
  readonly tagIn: (repositoryId: number, name: string) => Promise<TagSummary | null>
  readonly allTags: (repositoryId: number) => Promise<readonly CleanupTag[]>
  /** What would come back if these tags went, in bytes that no other tag or repository needs. */
  readonly freedBytes: (repositoryId: number, tags: readonly string[]) => Promise<number>
  /** All its tags and manifests; the blobs come up for review. The empty repository is shown no more. */
  readonly dropRepository: (repositoryId: number, deletion: Deletion) => Promise<void>
  /** Of a project that is no more: all of it, at once. Blobs that nobody else holds are marked for the collector. */
  readonly forgetProject: (projectId: number) => Promise<void>
  /** Of which there are images. */
  readonly projectsWithImages: () => Promise<readonly number[]>
  readonly usage: (projectId: number) => Promise<Usage>
  /** Of the whole instance; `usedBytes` counts each blob once. */
  readonly totalUsage: () => Promise<Usage>
  readonly usageByProject: (page: Page) => Promise<Listed<Usage & { readonly projectId: number }>>
  readonly pushesOfPipeline: (pipelineId: number) => Promise<readonly JobPush[]>
}
export type TagQuery = Page & { readonly search: string | null; readonly sort: 'name' | 'pushed_at' }

export type ProjectRules = {
  readonly quotaBytes: number | null
  readonly repositoryRules: readonly RepositoryRule[]
  readonly tagRules: readonly TagRule[]
}

export type RuleRecords = {
  readonly rulesOf: (projectId: number) => Promise<ProjectRules>
  readonly usedBytes: (projectId: number) => Promise<number>
  readonly setQuota: (projectId: number, quotaBytes: number | null) => Promise<void>
  readonly addRepositoryRule: (projectId: number, rule: Omit<RepositoryRule, 'id'>) => Promise<RepositoryRule>
  readonly changeRepositoryRule: (projectId: number, rule: RepositoryRule) => Promise<boolean>
  readonly removeRepositoryRule: (projectId: number, id: number) => Promise<boolean>
  readonly addTagRule: (projectId: number, rule: Omit<TagRule, 'id'>) => Promise<TagRule>
  readonly changeTagRule: (projectId: number, rule: TagRule) => Promise<boolean>
  readonly removeTagRule: (projectId: number, id: number) => Promise<boolean>
}

export type PolicyRun = {
  readonly finishedAt: string
  readonly deletedTags: number
  /** It was cut short, and goes on at the next round. */
  readonly unfinished: boolean
}
export type KeptPolicy = CleanupPolicy & { readonly nextRunAt: string | null; readonly lastRun: PolicyRun | null }

export type PolicyRecords = {
  readonly policyOf: (projectId: number) => Promise<KeptPolicy | null>
  readonly savePolicy: (projectId: number, policy: CleanupPolicy, nextRunAt: string | null) => Promise<void>
  readonly duePolicies: (
    now: string,
  ) => Promise<readonly { readonly projectId: number; readonly policy: CleanupPolicy }[]>
  readonly policyRan: (projectId: number, run: PolicyRun, nextRunAt: string) => Promise<void>
}
export type { Cadence }

export type FollowRecords = {
  readonly follows: (projectId: number) => Promise<readonly Follow[]>
  readonly allFollows: () => Promise<readonly Follow[]>
  readonly followersOf: (sourceProjectId: number, sourceSuffix: string) => Promise<readonly Follow[]>
  readonly addFollow: (follow: Omit<Follow, 'id'>, now: string) => Promise<Follow>
  readonly removeFollow: (projectId: number, id: number) => Promise<boolean>
  /** False: this digest was told to this follower before. */
  readonly claimFollow: (followId: number, digest: Digest, now: string) => Promise<boolean>
  readonly followStarted: (
    followId: number,
    digest: Digest,
    result: { readonly pipelineId: number | null; readonly error: string | null },
  ) => Promise<void>
  readonly followRuns: (followId: number) => Promise<readonly FollowRun[]>
}
export type FollowRun = {
  readonly digest: Digest
  readonly at: string
  readonly pipelineId: number | null
  readonly error: string | null
}

/** Images that an environment shows or a running job was started with; a cleanup leaves them. */
export type ImageUses = {
  readonly inUse: (
    projectId: number,
  ) => Promise<readonly { readonly suffix: string; readonly tag: string | null; readonly digest: Digest | null }[]>
}

/** Starts a pipeline as this user, with these variables. */
export type FollowerPipelines = {
  readonly start: (request: {
    readonly projectId: number
    readonly userId: number
    readonly ref: string
    readonly variables: Readonly<Record<string, string>>
  }) => Promise<{ readonly pipelineId: number }>
}

export type PendingEvent = {
  readonly id: number
  readonly action: 'push' | 'delete'
  readonly projectId: number
  readonly suffix: string
  readonly tag: string | null
  readonly digest: Digest
  readonly mediaType: string
  readonly sizeBytes: number
  readonly username: string
  readonly at: string
}

export type Webhook = {
  readonly id: number
  readonly projectId: number
  readonly url: string
  readonly hasSecret: boolean
  readonly onPush: boolean
  readonly onDelete: boolean
  readonly createdAt: string
}

export type EventRecords = DeliveryRecords & {
  /** The oldest first. */
  readonly pendingEvents: (limit: number) => Promise<readonly PendingEvent[]>
  /** Ends an event: what it has to deliver is written, and it is gone, at once. Safe to repeat. */
  readonly settleEvent: (
    id: number,
    deliveries: readonly { readonly webhookId: number; readonly eventId: string; readonly body: string }[],
    now: string,
  ) => Promise<void>
  readonly webhooks: (projectId: number) => Promise<readonly Webhook[]>
  readonly addWebhook: (
    webhook: Omit<Webhook, 'id' | 'hasSecret'> & { readonly sealedSecret: Uint8Array | null },
  ) => Promise<Webhook>
  readonly removeWebhook: (projectId: number, id: number) => Promise<boolean>
}
