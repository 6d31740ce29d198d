// What other tools say of a commit: beside the jobs, and without a part in any pipeline.

export const commitStates = ['pending', 'running', 'success', 'failed', 'canceled', 'skipped'] as const
export type CommitState = (typeof commitStates)[number]

export type CommitStatusRecord = {
  readonly id: number
  readonly projectId: number
  readonly sha: string
  readonly ref: string
  readonly name: string
  readonly state: CommitState
  readonly targetUrl: string | null
  readonly description: string | null
  readonly coverage: number | null
  readonly userId: number | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
}

export type CommitStatusStore = {
  readonly list: (projectId: number, sha: string) => Promise<readonly CommitStatusRecord[]>
  /** By commit, ref and name: said again, it takes the place of what was said before. */
  readonly say: (status: Omit<CommitStatusRecord, 'id'>) => Promise<CommitStatusRecord>
}
