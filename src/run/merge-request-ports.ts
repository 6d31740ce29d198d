// Merge requests as far as pipelines need them: which branch is meant for which. They are opened by push options or by
// the API; merging is done with git.
import type { Listed, Page } from './store-ports.ts'

export const mergeRequestStates = ['opened', 'closed', 'merged'] as const
export type MergeRequestState = (typeof mergeRequestStates)[number]

export type MergeRequestRecord = {
  readonly id: number
  readonly projectId: number
  /** Counts per project. */
  readonly iid: number
  readonly sourceBranch: string
  readonly targetBranch: string
  readonly title: string
  readonly description: string
  readonly labels: readonly string[]
  readonly isDraft: boolean
  readonly state: MergeRequestState
  /** What the source branch pointed to when it was last pushed. */
  readonly sha: string
  readonly authorId: number | null
  readonly createdAt: string
  readonly updatedAt: string
  /** When it was closed or merged. */
  readonly endedAt: string | null
  /** Who closed or merged it; null: nobody did, or nobody that is known. */
  readonly endedById: number | null
}

export type NewMergeRequest = Pick<
  MergeRequestRecord,
  'projectId' | 'sourceBranch' | 'targetBranch' | 'title' | 'description' | 'labels' | 'isDraft' | 'sha' | 'authorId'
>
export type MergeRequestChange = Partial<
  Pick<MergeRequestRecord, 'targetBranch' | 'title' | 'description' | 'labels' | 'isDraft' | 'state' | 'sha'>
>

export type MergeRequestFilter = {
  readonly state?: MergeRequestState
  readonly sourceBranch?: string
  readonly targetBranch?: string
}

export type MergeRequestStore = {
  readonly byIid: (projectId: number, iid: number) => Promise<MergeRequestRecord | null>
  /** The newest first. */
  readonly list: (projectId: number, filter: MergeRequestFilter, page: Page) => Promise<Listed<MergeRequestRecord>>
  readonly create: (mergeRequest: NewMergeRequest, at: string) => Promise<MergeRequestRecord>
  readonly update: (
    mergeRequest: MergeRequestRecord,
    change: MergeRequestChange,
    by: { readonly userId: number | null; readonly at: string },
  ) => Promise<MergeRequestRecord | null>
}
