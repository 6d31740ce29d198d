// Releases of projects, and what making one asks of the world.
import type { Listed, Page } from './store-ports.ts'

export const linkTypes = ['other', 'runbook', 'image', 'package'] as const
export type LinkType = (typeof linkTypes)[number]

export type ReleaseLinkRecord = {
  readonly id: number
  readonly name: string
  readonly url: string
  /** A path below the release's own address, which leads to `url`. */
  readonly filepath: string | null
  readonly linkType: LinkType
}

export type ReleaseRecord = {
  readonly id: number
  readonly projectId: number
  readonly tagName: string
  readonly name: string
  readonly description: string
  /** The commit behind the tag when the release was made. */
  readonly sha: string
  /** Titles only: Slipway keeps no milestones. */
  readonly milestones: readonly string[]
  readonly authorId: number | null
  /** The job that made it, by `release:` or with its token. */
  readonly jobId: number | null
  readonly createdAt: string
  readonly releasedAt: string
  readonly links: readonly ReleaseLinkRecord[]
}

export type NewReleaseLink = Omit<ReleaseLinkRecord, 'id'>
export type NewRelease = Omit<ReleaseRecord, 'id' | 'links'> & { readonly links: readonly NewReleaseLink[] }
export type ReleaseChange = Partial<Pick<ReleaseRecord, 'name' | 'description' | 'milestones' | 'releasedAt'>>

export type ReleaseStore = {
  readonly byTag: (projectId: number, tagName: string) => Promise<ReleaseRecord | null>
  readonly list: (
    projectId: number,
    order: { readonly by: 'released_at' | 'created_at'; readonly ascending: boolean },
    page: Page,
  ) => Promise<Listed<ReleaseRecord>>
  /** Null: the tag has a release already. */
  readonly create: (release: NewRelease) => Promise<ReleaseRecord | null>
  /** Answers it as it is then. */
  readonly update: (release: ReleaseRecord, change: ReleaseChange) => Promise<ReleaseRecord>
  readonly delete: (release: ReleaseRecord) => Promise<void>
  /** Null: the release has a link of that name or address. */
  readonly addLink: (releaseId: number, link: NewReleaseLink) => Promise<ReleaseLinkRecord | null>
  readonly updateLink: (linkId: number, change: Partial<NewReleaseLink>) => Promise<void>
  readonly deleteLink: (linkId: number) => Promise<void>
}

export type TagWish = {
  readonly projectId: number
  /** With whose rights. */
  readonly userId: number | null
  readonly name: string
  /** A branch, tag or commit. */
  readonly from: string
  /** Null: a tag without an annotation. */
  readonly message: string | null
  /** False: the tag is the work of a job of such a tag's own pipeline, which would go on without end. */
  readonly startsPipeline: boolean
}

/** Makes a tag as a push does: its pipeline follows. Throws an AppError in words when the person may not, or `from` is none. */
export type MakeTag = (wish: TagWish) => Promise<void>
