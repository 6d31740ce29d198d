import type { Named } from '../ui/person.tsx'
import { getPage, type Page, projectUrl, type Query } from './client.ts'

export type MergeRequest = {
  readonly iid: number
  readonly title: string
  readonly state: 'opened' | 'closed' | 'merged'
  readonly draft: boolean
  readonly source_branch: string
  readonly target_branch: string
  readonly labels: readonly string[]
  readonly author: Named | null
  readonly sha: string
  readonly updated_at: string
}

export function listMergeRequests(project: string, query: Query, signal: AbortSignal): Promise<Page<MergeRequest>> {
  return getPage<MergeRequest>(projectUrl(project, 'merge_requests'), { query, signal })
}
