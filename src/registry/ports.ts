// What the registry needs from outside. SQL holds the records and is the truth; the storage holds the bytes. Order: a blob's
// file stands before its row is written, and its row is gone (or marked) before its file is. All writes may run at the same
// time; each is one transaction, and what it returns is durable.
import type { Readable } from 'node:stream'
import type { Actor } from '../access/model.ts'
import type { ManifestMediaType } from './media-types.ts'
import type { Digest } from './reference.ts'
import type { Referrer } from './referrers.ts'

/** Where a repository stands: its project, and what follows the project's path (`` or `deeper/name`). */
export type RepositoryPlace = { readonly projectId: number; readonly suffix: string }
export type Repository = RepositoryPlace & { readonly id: number }

export type HeldBlob = {
  readonly sizeBytes: number
  /** ISO time after which the garbage collection may ask whether anybody needs it here; null while something does. */
  readonly reviewAfter: string | null
}

export type StoredManifest = {
  readonly id: number
  readonly digest: Digest
  readonly mediaType: ManifestMediaType
  readonly payload: Uint8Array
  readonly reviewAfter: string | null
}

/** Who pushed: for the tag's own record. */
export type Pusher = {
  readonly username: string
  readonly userId: number | null
  readonly job: { readonly id: number; readonly pipelineId: number; readonly commitSha: string } | null
}

export type NewManifest = {
  readonly repository: Repository
  readonly digest: Digest
  readonly mediaType: ManifestMediaType
  readonly artifactType: string | null
  readonly payload: Uint8Array
  readonly subject: Digest | null
  readonly configDigest: Digest | null
  readonly annotations: Readonly<Record<string, string>>
  /** Config and layers that must be in this repository, with their sizes. */
  readonly blobs: readonly { readonly digest: Digest; readonly sizeBytes: number }[]
  /** Of an index: each must be in this repository as a manifest or as a blob. */
  readonly children: readonly Digest[]
  readonly tags: readonly string[]
  /** Tags among `tags` that may be made but not moved. */
  readonly immutableTags: readonly string[]
  /** Conditional requests: the digest that the tag must have now; `absent`: it must not be there. */
  readonly expected: Digest | 'absent' | null
  readonly pusher: Pusher
  readonly now: string
  /** When a manifest that no tag holds comes up for review. */
  readonly untaggedReviewAfter: string
}

export type PutOutcome =
  | { readonly kind: 'stored' }
  | { readonly kind: 'missing'; readonly digests: readonly Digest[] }
  | { readonly kind: 'immutable'; readonly tag: string }
  | { readonly kind: 'unexpected' }

/** Who deletes, and when what was held comes up for review. */
export type Deletion = { readonly username: string; readonly now: string; readonly reviewAfter: string }

export type DeleteOutcome =
  | { readonly kind: 'deleted'; readonly tags: readonly string[] }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'needed'; readonly by: string }

export type TagPage = { readonly tags: readonly string[]; readonly hasMore: boolean }
export type ReferrerPage = { readonly referrers: readonly Referrer[]; readonly hasMore: boolean }

/** The records of the protocol. */
export type ImageStore = {
  readonly repository: (place: RepositoryPlace) => Promise<Repository | null>
  /** Makes it if need be. */
  readonly ensureRepository: (place: RepositoryPlace, now: string) => Promise<Repository>
  /** Repositories that hold a manifest, by id; for the catalog. */
  readonly repositories: (afterId: number, limit: number) => Promise<readonly Repository[]>

  readonly blob: (place: RepositoryPlace, digest: Digest) => Promise<HeldBlob | null>
  readonly addBlob: (blob: {
    readonly repositoryId: number
    readonly digest: Digest
    readonly sizeBytes: number
    readonly now: string
    readonly reviewAfter: string
  }) => Promise<void>
  /** Lets `repositoryId` hold what `from` holds. False: `from` does not. */
  readonly mountBlob: (mount: {
    readonly repositoryId: number
    readonly from: RepositoryPlace
    readonly digest: Digest
    readonly now: string
    readonly reviewAfter: string
  }) => Promise<boolean>
  /** Some of the repositories that hold the blob. */
  readonly holders: (digest: Digest, limit: number) => Promise<readonly Repository[]>
  /** Takes the blob out of this repository only. False: it was not there, or a manifest here needs it. */
  readonly dropBlob: (place: RepositoryPlace, digest: Digest) => Promise<'dropped' | 'unknown' | 'needed'>
  readonly renewBlob: (place: RepositoryPlace, digest: Digest, reviewAfter: string) => Promise<void>

  readonly manifestByTag: (place: RepositoryPlace, tag: string) => Promise<StoredManifest | null>
  readonly manifestByDigest: (place: RepositoryPlace, digest: Digest) => Promise<StoredManifest | null>
  readonly putManifest: (manifest: NewManifest) => Promise<PutOutcome>
  readonly renewManifest: (manifestId: number, reviewAfter: string) => Promise<void>
  readonly markPulled: (manifestIds: readonly number[], at: string) => Promise<void>
  /** Null: there is no such tag. */
  readonly deleteTag: (
    place: RepositoryPlace,
    tag: string,
    deletion: Deletion,
  ) => Promise<{ readonly digest: Digest } | null>
  /** With every tag on it. `needed`: an index here has it as a child. */
  readonly deleteManifest: (place: RepositoryPlace, digest: Digest, deletion: Deletion) => Promise<DeleteOutcome>
  /** The tags on a manifest. */
  readonly tagsOf: (place: RepositoryPlace, digest: Digest) => Promise<readonly string[]>
  /** In bytewise order, after `last`. Null: no such repository. */
  readonly tags: (place: RepositoryPlace, last: string, limit: number) => Promise<TagPage | null>
  readonly referrers: (query: {
    readonly place: RepositoryPlace
    readonly subject: Digest
    readonly artifactType: string | null
    readonly after: string
    readonly limit: number
  }) => Promise<ReferrerPage>
}

/** An upload's bytes while they come in. Not to be used by two at once. */
export type UploadFile = {
  readonly id: string
  /** Appends; resolves when the bytes are handed to the system. */
  readonly append: (chunks: readonly Buffer[], at: number) => Promise<void>
  readonly truncate: (sizeBytes: number) => Promise<void>
  readonly read: () => Readable
  /** Makes the bytes durable under their digest, and the upload vanish. Also heals a damaged blob of the same digest. */
  readonly commit: (digest: Digest) => Promise<void>
  readonly close: () => Promise<void>
}

export type KeptUpload = { readonly id: string; readonly sizeBytes: number; readonly lastActiveAt: Date }

export type BlobReader = {
  readonly sizeBytes: number
  /** Reads into `buffer`; the number of bytes read, 0 at the end. */
  readonly read: (buffer: Buffer, at: number, lengthBytes: number) => Promise<number>
  readonly close: () => Promise<void>
}

/** The bytes. One suite of contract tests, `test/contract/registry/blob-storage.ts`, holds for every implementation. */
export type BlobStorage = {
  readonly createUpload: (id: string) => Promise<UploadFile>
  /** After a restart; null: no such upload. */
  readonly openUpload: (id: string) => Promise<{ readonly file: UploadFile; readonly sizeBytes: number } | null>
  readonly deleteUpload: (id: string) => Promise<void>
  readonly uploads: () => AsyncIterable<KeptUpload>
  /** Null: no such file. */
  readonly open: (digest: Digest) => Promise<BlobReader | null>
  /** Safe to repeat. */
  readonly delete: (digest: Digest) => Promise<void>
  readonly blobs: () => AsyncIterable<{ readonly digest: Digest; readonly sizeBytes: number; readonly storedAt: Date }>
}

/** The job behind a job token, while it runs. */
export type RunningJob = { readonly pipelineId: number; readonly commitSha: string }
export type RunningJobs = {
  /** Null once it has ended: its token is dead. Asked at every request of a job, at most once a second for each. */
  readonly running: (jobId: number) => Promise<RunningJob | null>
}

export type RegistryEvent = {
  readonly action: 'push' | 'delete'
  readonly projectId: number
  /** The name as docker has it, without the host. */
  readonly repository: string
  readonly tag: string | null
  readonly digest: Digest
  readonly mediaType: string
  readonly sizeBytes: number
  readonly actor: Actor
  readonly at: string
}

/** What the garbage collection decides, each call one short transaction over at most `limit` entries that are due. */
export type ReviewStore = {
  /** Removes manifests that no tag, index or subject holds; what they held comes up at `reviewAfter`. */
  readonly reviewManifests: (now: string, reviewAfter: string, limit: number) => Promise<Reviewed>
  /** Ends holds that no manifest needs; a blob that nobody holds any more is marked, and is not there for anybody. */
  readonly reviewBlobs: (now: string, limit: number) => Promise<Reviewed>
  /** Marked blobs, those of a run that was cut short included. */
  readonly markedBlobs: (limit: number) => Promise<readonly { readonly digest: Digest; readonly sizeBytes: number }[]>
  /** To be asked while holding the digest: is it still marked? A push takes the mark away. */
  readonly isMarked: (digest: Digest) => Promise<boolean>
  /** After its file is gone. */
  readonly forgetBlob: (digest: Digest) => Promise<void>
  /** Which of these have a record, marked or not. */
  readonly recorded: (digests: readonly Digest[]) => Promise<ReadonlySet<Digest>>
  /** All records of blobs in the order of their digests, after `after`. */
  readonly blobsAfter: (
    after: string,
    limit: number,
  ) => Promise<readonly { readonly digest: Digest; readonly sizeBytes: number }[]>
}
export type Reviewed = { readonly looked: number; readonly removed: number }
