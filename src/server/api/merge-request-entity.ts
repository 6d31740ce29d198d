// Merge requests as GitLab's API shows them, as far as Slipway knows them.
import { Type } from '@fastify/type-provider-typebox'
import type { MergeRequestRecord } from '../../run/merge-request-ports.ts'
import { nullableString } from '../schema.ts'
import type { Person } from './run-view.ts'
import { userBasic } from './user-entity.ts'

const person = Type.Union([userBasic, Type.Null()])

export const mergeRequestEntity = Type.Object({
  id: Type.Integer(),
  iid: Type.Integer(),
  project_id: Type.Integer(),
  title: Type.String(),
  description: Type.String(),
  state: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  merged_at: nullableString,
  closed_at: nullableString,
  merged_by: person,
  merge_user: person,
  closed_by: person,
  target_branch: Type.String(),
  source_branch: Type.String(),
  source_project_id: Type.Integer(),
  target_project_id: Type.Integer(),
  author: person,
  labels: Type.Array(Type.String()),
  draft: Type.Boolean(),
  work_in_progress: Type.Boolean(),
  sha: Type.String(),
  reference: Type.String(),
  references: Type.Object({ short: Type.String(), relative: Type.String(), full: Type.String() }),
  web_url: Type.String(),
})

export type MergeRequestParts = {
  readonly projectPath: string
  /** As browsers see the server. */
  readonly url: string
  readonly author: Person | null
  readonly endedBy: Person | null
}

export function toMergeRequest(
  mergeRequest: MergeRequestRecord,
  { projectPath, url, author, endedBy }: MergeRequestParts,
) {
  const mergedBy = mergeRequest.state === 'merged' ? endedBy : null
  const { iid, state, projectId, isDraft, endedAt, sourceBranch } = mergeRequest
  return {
    id: mergeRequest.id,
    iid,
    project_id: projectId,
    title: mergeRequest.title,
    description: mergeRequest.description,
    state,
    created_at: mergeRequest.createdAt,
    updated_at: mergeRequest.updatedAt,
    merged_at: state === 'merged' ? endedAt : null,
    closed_at: state === 'closed' ? endedAt : null,
    merged_by: mergedBy,
    merge_user: mergedBy,
    closed_by: state === 'closed' ? endedBy : null,
    target_branch: mergeRequest.targetBranch,
    source_branch: sourceBranch,
    source_project_id: projectId,
    target_project_id: projectId,
    author,
    labels: [...mergeRequest.labels],
    draft: isDraft,
    work_in_progress: isDraft,
    sha: mergeRequest.sha,
    reference: `!${iid}`,
    references: { short: `!${iid}`, relative: `!${iid}`, full: `${projectPath}!${iid}` },
    // There is no page of merge requests: the pipelines of its branch are what there is to see.
    web_url: `${url}/${projectPath}/-/pipelines?ref=${encodeURIComponent(sourceBranch)}`,
  }
}
